"""Building blocks for vendor drivers; nothing here is mandatory for a driver."""
