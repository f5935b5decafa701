"""Drivers for storage arrays, and the framework that runs them."""
