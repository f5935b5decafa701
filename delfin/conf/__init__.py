"""Configuration options, one file a group; opts.py lists them all."""
