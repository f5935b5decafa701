"""Collects performance data of arrays: jobs of kind collect."""
