"""Scratch folders: some drivers download statistics into paths below this one."""
