"""Receives SNMP traps and informs, stores them first, and makes alerts of them."""
