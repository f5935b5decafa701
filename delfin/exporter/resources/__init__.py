"""Forwards the inventory: all of it once, and then what is added, changed and removed."""
