"""How urgent a job is: the numbers in the table, and the words that users say for them."""

from __future__ import annotations

# The first synchronisation of a new array: somebody waits for it.
URGENT = 100
# From here on up, places of every worker are kept free.
HIGH = 10
# Before what is usual; nobody waits for it, so it may not have the places that are kept free.
SOON = 1
NORMAL = 0
# What nobody has asked for by hand.
LOW = -10

WORDS = {"high": HIGH, "normal": NORMAL, "low": LOW}
