"""Forwards what delfin knows to other systems, through exporters of ours and of others."""
