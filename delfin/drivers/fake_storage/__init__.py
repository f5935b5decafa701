"""The driver for simulated arrays: what a vendor driver looks like, and what tests register."""
