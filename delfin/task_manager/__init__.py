"""The task service: runs jobs against arrays."""
