"""What delfin knows of arrays: resource kinds and their rows; no I/O with arrays."""
