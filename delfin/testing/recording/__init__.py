"""Recordings of conversations with arrays: their files, how they are made, how they are scrubbed."""
