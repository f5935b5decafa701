"""Simulated arrays on real sockets: the shared server, and one package for each vendor."""
