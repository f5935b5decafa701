"""Alerts as delfin keeps them: one store over all arrays, and a log of what changed in it."""
