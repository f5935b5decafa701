"""What stands in recordings for the address and the account of the array."""

from __future__ import annotations

HOST = "array.example"
USER = "recorded-user"
PASSWORD = "recorded-passw0rd"  # noqa: S105 - it opens nothing
# Every token of a session begins like this.
TOKEN = "recorded-token-"  # noqa: S105 - likewise
# Its other hosts, numbered from 2, and what they are known by.
OTHER_HOST = "array-{}.example"
HOST_KEY = "SHA256:recorded-host-key"
