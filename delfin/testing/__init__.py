"""Shipped for driver authors: the conformance kit, recordings, their replay, simulated arrays."""
