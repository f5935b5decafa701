"""Whom delfin takes for the array it wants to talk to: certificates and SSH host keys."""
