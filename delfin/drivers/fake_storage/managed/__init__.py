"""The driver for managers that serve several fake arrays."""
