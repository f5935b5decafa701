"""Build entry point; the package is described in setup.cfg."""

from setuptools import setup

setup()
