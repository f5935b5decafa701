"""Operators see the sessions of all processes."""

from __future__ import annotations

import argparse
import os

import pytest

from delfin import exception
from delfin.cmd.operator import session as operator
from delfin.context import get_admin_context
from tests.unit.drivers.session.conftest import Processes, ask
from tests.unit.scripted import Script
from tests.waiting import wait_until


def test_delfin_manage_lists_them(processes: Processes, capsys: pytest.CaptureFixture[str]) -> None:
    script = Script()
    shown, other = processes.bench.register(script), processes.bench.register(Script("SN2"))
    # Short, but no machine may be so busy that it ends before it is renewed.
    process = processes.start(lease_time=6.0)
    ask(process, shown)
    ask(process, other)
    script.listings["list_volumes"] = exception.BadResponse
    with pytest.raises(exception.BadResponse):
        process.list_volumes(get_admin_context(), shown)  # type: ignore[attr-defined] # made from the catalog
    wait_until(lambda: any(row.calls == 2 for row in processes.leases()))
    conf = processes.bench.conf
    assert operator.show_sessions(conf, argparse.Namespace(storage=shown)) == 0
    (line, total) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{shown}  task  ")
    assert f":{os.getpid()}  age " in line
    assert line.endswith("generation 1  2 calls  BadResponse")
    assert total == "1 sessions"
    operator.show_sessions(conf, argparse.Namespace(storage=None))
    assert capsys.readouterr().out.endswith("2 sessions\n")
