"""Linux hosts as storage arrays."""
