"""Carries samples from the collection to exporters: spools in files, and delfin's own exporters."""
