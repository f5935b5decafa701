"""The faults that a recording can be replayed with."""

from __future__ import annotations

from collections.abc import Collection

from delfin.testing.recording.exchange import Channel

CONNECT_TIMEOUT = "connect timeout"  # nothing answers at the address
SSH_AWAY = "SSH away"  # nothing answers at its port, while the array's REST interface does
READ_TIMEOUT = "read timeout"  # the question is taken and never answered
TLS_ERROR = "TLS error"  # the array shows a certificate that is not trusted
UNAUTHORIZED = "401 for ever"  # whatever is asked, and at each login
FORBIDDEN = "403"
SERVER_ERROR = "500"
HTML = "HTML for JSON"
CUT_BODY = "cut body"  # the connection ends in the middle of the body
NO_BODY = "empty page"  # status 200 and nothing in it
LOGIN_REFUSED = "login refused"
CUT_TEXT = "cut CLI text"  # the connection ends in the middle of the output, or of a file
HALF_TEXT = "half CLI text"  # the command ends well, having said half; half of a file is there

REST = (
    *(CONNECT_TIMEOUT, READ_TIMEOUT, TLS_ERROR, UNAUTHORIZED, FORBIDDEN, SERVER_ERROR),
    *(HTML, CUT_BODY, NO_BODY),
)
SSH = (CONNECT_TIMEOUT, READ_TIMEOUT, LOGIN_REFUSED, CUT_TEXT, HALF_TEXT)
BOTH = (SSH_AWAY,)
ALL = tuple(dict.fromkeys((*REST, *SSH, *BOTH)))


def channels(fault: str) -> tuple[Channel, ...]:
    """Whose questions meet it."""
    rest: tuple[Channel, ...] = ("rest",) if fault in REST else ()
    return (*rest, "exec", "shell", "sftp") if fault in SSH else rest


def possible(access_types: Collection[str]) -> tuple[str, ...]:
    """Those that an array can have that is reached in these ways."""
    rest = REST if "rest" in access_types else ()
    ssh = SSH if "ssh" in access_types else ()
    both = BOTH if rest and ssh else ()
    return tuple(dict.fromkeys((*rest, *ssh, *both)))
