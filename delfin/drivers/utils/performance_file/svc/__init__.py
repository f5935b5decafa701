"""Scratch folder; holds no code."""
