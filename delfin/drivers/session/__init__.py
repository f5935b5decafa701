"""Sessions with arrays: who may enter, for how long a call may last, what is told when access fails."""
