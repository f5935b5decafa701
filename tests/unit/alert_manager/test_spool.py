"""The spool keeps what it says it kept, in order, over a restart and a torn write."""

from __future__ import annotations

from pathlib import Path

from delfin.alert_manager.spool import Spool
from delfin.alert_manager.trap import Trap


def trap(number: int) -> Trap:
    return Trap(f"key {number}", "storage", number, {"variables": {"1.3": "x" * 100}})


def emptied(spool: Spool) -> list[int]:
    found: list[int] = []
    while not spool.empty:
        found += [one.received_at for one in spool.oldest()]
        spool.drop_oldest()
    return found


def test_what_went_in_comes_out_in_order_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1 << 20)
    spool.start()
    assert spool.put([trap(n) for n in range(5)]) == 5
    assert spool.oldest() == [trap(n) for n in range(5)]
    # While the oldest file is given back, new ones go into another.
    assert spool.put([trap(5)]) == 1
    again = Spool(tmp_path / "spool", 1 << 20)
    again.start()
    assert emptied(again) == [0, 1, 2, 3, 4, 5]
    assert list((tmp_path / "spool").iterdir()) == []


def test_it_takes_no_more_than_fits(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    spool.start()
    kept = spool.put([trap(n) for n in range(50)])
    assert 0 < kept < 50
    assert spool.put([trap(99)]) == 0
    size = sum(file.stat().st_size for file in (tmp_path / "spool").iterdir())
    assert size <= 1000
    assert emptied(spool) == list(range(kept))
    assert spool.put([trap(99)]) == 1


def test_a_torn_line_costs_its_own_trap_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1 << 20)
    spool.start()
    spool.put([trap(1), trap(2)])
    (file,) = (tmp_path / "spool").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(file.read_bytes()[:-20])
    again = Spool(tmp_path / "spool", 1 << 20)
    again.start()
    assert emptied(again) == [1]
