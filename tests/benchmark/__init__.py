"""Measurements, run by hand: `make benchmark`. None of them is a test."""

from delfin import service

# Before anything that they import chooses another.
service.select_backend()
