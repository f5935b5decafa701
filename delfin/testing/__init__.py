"""Shipped test kit: rules that every driver's rows must keep, and simulated arrays."""
