"""Plays a recording back on real sockets, so that any driver can be tested without its array."""
