"""Plays a simulated array in a process of its own, until that is told to end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial

from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.fake_storage import FakeStorage
from delfin.testing.simulated.oceanstor import OceanStor
from delfin.testing.simulated.powermax import ARRAY, PowerMax, Sizes

# By the word that chooses it. A Unisphere has two arrays, of different kinds.
ARRAYS: Mapping[str, Callable[..., SimulatedArray]] = {
    "fake": FakeStorage,
    "oceanstor": partial(OceanStor, has_files=True),
    "powermax": partial(
        PowerMax, arrays={ARRAY: Sizes(), "000220200001": Sizes(effective=True, volumes=60)}
    ),
}


def play(
    name: str, host: str, port: int, control_port: int, *, username: str, password: str
) -> None:
    """Plays one of ARRAYS until SIGTERM or SIGINT; only for the main thread of a process.

    Prints where it is, a line for each port. Raises OSError when a port cannot be had.
    """
    ends = {signal.SIGTERM, signal.SIGINT}
    # Held back rather than handled, also in the server's threads: none interrupts the closing.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        account = {"username": username, "password": password}
        with ARRAYS[name](host, port, control_port, **account) as array:
            lines = (
                f"{name} array on https://{host}:{array.port}",
                f"control on http://127.0.0.1:{array.control_port}",
                f"certificate in {array.certificate_path}",
                *array.particulars(),
            )
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
            signal.sigwait(ends)
    finally:
        while signal.sigpending() & ends:
            signal.sigwait(ends)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
