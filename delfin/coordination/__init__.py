"""How services that share an array stay out of one another's way. All of it is advisory."""
