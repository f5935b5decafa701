"""What Linux tools call things, and what delfin calls them: one module per theme."""
