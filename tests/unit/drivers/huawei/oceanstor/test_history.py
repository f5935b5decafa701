"""What an OceanStor measured before: files of its controllers, over SFTP."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.drivers.capabilities import checked
from delfin.drivers.huawei.oceanstor import indicators, metrics, perf_file, perf_host
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.drivers.huawei.oceanstor.history import RETENTION
from delfin.testing.simulated.oceanstor import OceanStor, Sizes, performance_files, samples
from delfin.testing.simulated.sftp import File, SftpServer
from tests.unit.drivers.huawei.oceanstor.conftest import PASSWORD, USER, Connect

ACCESS = {"firmware_version": "6.1.6", "access": ["rest", "ssh"]}
WANTED: dict[str, Any] = OceanStorDriver.get_capabilities(None, ACCESS)["resource_metrics"]
MINUTE, HOUR = 60_000, 3_600_000
SMALL = Sizes(luns=5, disks=3, fc_ports=2, eth_ports=2)


@pytest.fixture(params=["V5", "V6"])
def older(request: pytest.FixtureRequest, clock: list[int]) -> Iterator[OceanStor]:
    """An array of each release, with files."""
    with OceanStor(
        release=request.param, sizes=SMALL, clock_ms=lambda: clock[0], has_files=True
    ) as array:
        yield array


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    with OceanStor(sizes=SMALL, clock_ms=lambda: clock[0], has_files=True) as array:
        yield array


def ssh(array: OceanStor, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    """Access to the first controller and, unless told otherwise, to the others."""
    first, *others = array.controllers
    told = "; ".join(f"{one.host}:{one.port} {one.fingerprint}" for one in others)
    return {
        "ssh": {
            "host": first.host,
            "port": first.port,
            "username": USER,
            "password": cryptor.encode(password),
            "pub_key": first.public_key,
        },
        "extra_attributes": {"performance_hosts": told},
        **more,
    }


def collected(driver: OceanStorDriver, start: int, end: int, *kinds: str) -> list[Any]:
    wanted = {kind: WANTED[kind] for kind in kinds or WANTED}
    return driver.collect_perf_metrics(None, "s1", wanted, start, end)


def test_each_minute_of_an_hour_ago_is_read_of_everything(
    older: OceanStor, connect: Connect, clock: list[int]
) -> None:
    end = clock[0] // HOUR * HOUR - HOUR
    found = collected(connect(older, **ssh(older)), end - 20 * MINUTE, end)
    every = [end - n * MINUTE for n in range(20)]
    assert all(sorted(one.values) == sorted(every) for one in found)
    ids = {(one.labels["resource_type"], one.labels["resource_id"]) for one in found}
    assert {kind for kind, _ in ids} == set(WANTED)
    assert len(ids) == 4 + 5 + 2 + 4 + 3
    assert all(one.labels["resource_name"] for one in found)


def test_files_and_the_interface_tell_the_same(
    older: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """But whole numbers only: what a file has lost is less than one.

    Both controllers tell of volumes and pools, each of what it has served.
    """
    now = clock[0] = clock[0] // MINUTE * MINUTE
    kinds = ("volume", "storagePool", "disk")
    last = values(collected(connect(older), now - MINUTE, now, *kinds), now)
    clock[0] += HOUR
    kept = values(collected(connect(older, **ssh(older)), now - MINUTE, now, *kinds), now)
    assert kept.keys() == last.keys()
    for which, value in kept.items():
        assert value == pytest.approx(last[which], abs=1), which


def values(found: list[Any], at: int) -> dict[tuple[str, str, str], float]:
    return {
        (one.name, one.labels["resource_type"], one.labels["resource_id"]): one.values[at]
        for one in found
    }


def test_what_two_controllers_tell_becomes_one() -> None:
    """Requests add up; a mean is weighed by the requests that it is a mean of."""
    first = {"time": 60_000, "22": 30, "25": 0, "78": 5, "93": 0, "68": 40}
    second = {"time": 60_000, "22": 10, "25": 8, "78": 1, "93": 90, "68": 0, "95": 70}
    told = {"time": 60_000, "22": 40, "25": 8, "78": 4, "93": 90, "68": 40, "95": 70}
    assert indicators.merged(first, second) == told
    assert indicators.merged(second, first) == told


def test_means_of_nothing_weigh_the_same() -> None:
    told = indicators.merged({"22": 0, "78": 4}, {"22": 0, "78": 2})
    assert told == {"22": 0, "78": 3}
    assert indicators.merged({"78": 4}, {"22": 9, "78": 2}) == {"22": 9, "78": 3}


def test_whatever_is_asked_of_two_controllers_can_be_merged() -> None:
    asked = {n for of in (metrics.V5, metrics.V6) for kind in WANTED for n in of.indicators(kind)}
    assert set(map(str, asked)) == indicators.MERGED.keys()


def test_the_newest_is_what_every_controller_has_written(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    assert told == clock[0] // (15 * MINUTE) * 15 * MINUTE - MINUTE
    found = collected(driver, told - MINUTE, told)
    assert {at for one in found for at in one.values} == {told}


def test_a_controller_that_has_come_back_sets_no_time_back(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """It has files of before only, and then writes again."""
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    down = clock[0] // 1000
    clock[0] += HOUR
    without_files_of(array.controllers[1], down, clock[0] // 1000)
    with pytest.raises(exception.StorageBackendException, match=r"SP1 .* 60 minutes"):
        driver.get_latest_perf_timestamp(None)
    clock[0] += 15 * MINUTE
    assert driver.get_latest_perf_timestamp(None) == told + HOUR + 15 * MINUTE


def test_a_controller_that_writes_a_little_later_is_waited_for(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    written = array.controllers[1].files
    newest = max(written())
    array.controllers[1].files = lambda: {
        path: file for path, file in written().items() if path < newest
    }
    assert driver.get_latest_perf_timestamp(None) == told - 15 * MINUTE


def test_a_controller_that_is_down_keeps_nobody_waiting(
    array: OceanStor, connect: Connect, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the first that is listed, and takes connections without a word."""
    monkeypatch.setattr(perf_host, "CONNECT_TIMEOUT", 0.1)
    with socket.create_server((array.host, 0)) as mute:
        mute.setblocking(False)
        access = ssh(array)
        access["ssh"]["port"] = mute.getsockname()[1]
        driver = connect(array, **access)
        is_down(monkeypatch, driver, "0A")
        told = driver.get_latest_perf_timestamp(None)
        assert collected(driver, told - MINUTE, told, "disk")
        assert attempts(mute) == 1
        # After a while it is asked in its turn again.
        monkeypatch.setattr(perf_host, "AVOIDED", 0.0)
        other = connect(array, **access)
        is_down(monkeypatch, other, "0A")
        attempts(mute)
        assert other.get_latest_perf_timestamp(None) == told
        assert attempts(mute) == 1


def test_files_in_one_place_are_read_although_their_controller_is_down(
    array: OceanStor, connect: Connect, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it served before it went down is as much of a volume as what the other one did."""
    first, second = array.controllers
    of_first, of_second = first.files, second.files
    without_files_of(second, clock[0] // 1000 - 3600, clock[0] // 1000)
    one_place = ssh(array, extra_attributes={})
    first.files = lambda: {**of_first(), **of_second()}
    driver = connect(array, **one_place)
    window = clock[0] - 2 * HOUR, clock[0] - HOUR - 16 * MINUTE
    whole = collected(driver, *window, "volume")
    first.files = lambda: {**of_first(), **second.files()}
    driver = connect(array, **one_place)
    is_down(monkeypatch, driver, "0B")
    assert driver.get_latest_perf_timestamp(None) > clock[0] - 20 * MINUTE
    assert collected(driver, *window, "volume") == whole
    assert collected(driver, clock[0] - HOUR, clock[0] - 20 * MINUTE, "volume")


def attempts(listener: socket.socket) -> int:
    """How many connections were made since it was asked before."""
    made = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            made += 1
    return made


def is_down(monkeypatch: pytest.MonkeyPatch, driver: OceanStorDriver, which: str) -> None:
    rows = driver.client.rows
    down = {which: {"RUNNINGSTATUS": "28"}}
    monkeypatch.setattr(
        *(driver.client, "rows"),
        lambda path: [{**row, **down.get(row["ID"], {})} for row in rows(path)],
    )


def test_a_controller_that_runs_and_cannot_be_reached_is_told(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    array.controllers[1].close()
    with pytest.raises(exception.StorageBackendException, match="performance files of 127"):
        driver.get_latest_perf_timestamp(None)


def test_a_file_is_fetched_once_for_all_types(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    end = clock[0] // HOUR * HOUR - HOUR
    collected(connect(array, **ssh(array)), end - 10 * MINUTE, end - MINUTE)
    assert [len(one.reads) for one in array.controllers] == [1, 1]


def test_what_is_not_written_yet_is_asked_for_again(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Else it would count as read, and be lost."""
    clock[0] = clock[0] // HOUR * HOUR + 10 * MINUTE
    driver = connect(array, **ssh(array))
    start, end = clock[0] - 8 * MINUTE, clock[0] - 3 * MINUTE
    with pytest.raises(exception.StorageBackendException, match="last performance file so far"):
        collected(driver, start, end, "disk")
    clock[0] += 6 * MINUTE
    times = {at for one in collected(driver, start, end, "disk") for at in one.values}
    assert len(times) == 5


def cut_off(array: OceanStor, which: int) -> Callable[[], None]:
    """Half of one file of the first controller is there, counted from the newest; call to end it."""
    controller = array.controllers[0]
    whole = controller.files
    path = sorted(whole())[-1 - which]
    file = whole()[path]
    half = file.content()[: len(file.content()) // 2]
    controller.files = lambda: {**whole(), path: File(file.changed, lambda: half, len(half))}

    def end() -> None:
        controller.files = whole

    return end


def test_a_file_that_is_being_written_is_read_when_it_is_whole(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    last = clock[0] // (15 * MINUTE) * 15 * MINUTE - MINUTE
    end = cut_off(array, 0)
    assert driver.get_latest_perf_timestamp(None) == last - 15 * MINUTE
    with pytest.raises(exception.StorageBackendException, match="last performance file so far"):
        collected(driver, last - MINUTE, last, "disk")
    end()
    assert driver.get_latest_perf_timestamp(None) == last
    assert collected(driver, last - MINUTE, last, "disk")


def test_a_file_that_grows_is_read_again(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Within the same second, as far as times tell, and whole each time."""
    driver = connect(array, **ssh(array))
    controller = array.controllers[0]
    whole = controller.files
    *_, before, newest = sorted(whole())
    less = whole()[before].content()
    controller.files = lambda: {
        **whole(),
        newest: File(whole()[newest].changed, lambda: less, len(less)),
    }
    told = driver.get_latest_perf_timestamp(None)
    controller.files = whole
    assert driver.get_latest_perf_timestamp(None) == told + 15 * MINUTE


def test_an_older_file_that_is_cut_off_is_told(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """And read when it turns out to be whole."""
    driver = connect(array, **ssh(array))
    end = cut_off(array, 1)
    told = driver.get_latest_perf_timestamp(None)
    window = told - 20 * MINUTE, told - 16 * MINUTE
    with pytest.raises(exception.InvalidResults, match=r"SP0_.*unpacked"):
        collected(driver, *window, "disk")
    end()
    assert collected(driver, *window, "disk")


def test_a_time_in_which_nothing_was_measured_is_over(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Between two files the array was down: it writes on, so nothing of it comes any more."""
    began, ended = clock[0] - 5 * HOUR, clock[0] - 3 * HOUR
    for controller in array.controllers:
        without_files_of(controller, began // 1000, ended // 1000)
    window = began + MINUTE, ended - 16 * MINUTE
    assert collected(connect(array, **ssh(array)), *window, "disk") == []


def without_files_of(controller: SftpServer, began: int, ended: int) -> None:
    """Takes away what it wrote between two moments, in seconds."""
    written = controller.files
    controller.files = lambda: {
        path: file for path, file in written().items() if not began < file.changed < ended
    }


def test_what_is_older_than_the_oldest_file_does_not_count_as_read(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """It is asked for until the array cannot have it any more, and then it is told as lost."""
    oldest = clock[0] // (15 * MINUTE) * 15 * MINUTE - 6 * HOUR
    without_files_of(array.controllers[1], 0, oldest // 1000)
    driver = connect(array, **ssh(array))
    with pytest.raises(exception.StorageBackendException, match=r"SP1.* is the oldest"):
        collected(driver, oldest - HOUR, oldest - 16 * MINUTE, "disk")
    assert collected(driver, oldest - 15 * MINUTE, oldest - MINUTE, "disk")


def test_a_controller_whose_files_cannot_be_had_is_missed(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array, extra_attributes={}))
    end = clock[0] - HOUR
    with pytest.raises(exception.StorageBackendException, match="1 of 2 controllers"):
        collected(driver, end - HOUR, end, "disk")


def logins(array: OceanStor) -> list[int]:
    return [one.logins for one in array.controllers]


def test_a_refused_password_is_told_with_each_sign_in(array: OceanStor, connect: Connect) -> None:
    """Who registers the array hears it, and delfin counts it; no session is left at the array."""
    for tries in (1, 2):
        with pytest.raises(
            exception.InvalidUsernameOrPassword, match="performance files of"
        ) as told:
            connect(array, **ssh(array, "wrong-Passw0rd"))
        assert "wrong" not in str(told.value)
        assert logins(array) == [tries, 0]
    assert (array.sessions.logins, array.sessions.open) == (2, 0)


def test_a_password_that_rest_refuses_is_not_tried_for_files(
    array: OceanStor, connect: Connect
) -> None:
    with pytest.raises(exception.InvalidUsernameOrPassword):
        connect(array, "wrong-Passw0rd", **ssh(array))
    assert logins(array) == [0, 0]


def test_where_no_files_can_be_had_the_array_is_served(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    array.controllers[0].opens = lambda: False
    driver = connect(array, **ssh(array))
    with pytest.raises(exception.StorageBackendException, match="performance files of"):
        driver.get_latest_perf_timestamp(None)
    array.controllers[0].close()
    assert connect(array, **ssh(array)).list_disks(None)


def test_after_one_host_refused_the_password_no_other_is_tried(
    connect: Connect, clock: list[int]
) -> None:
    with OceanStor(
        sizes=SMALL.changed({"controllers": 3}), clock_ms=lambda: clock[0], has_files=True
    ) as array:
        driver = connect(array, **ssh(array))
        array.controllers[1].knows = lambda *_account: False
        for _ in range(2):
            with pytest.raises(exception.InvalidUsernameOrPassword, match="performance files of"):
                driver.get_latest_perf_timestamp(None)
            with pytest.raises(exception.InvalidUsernameOrPassword, match="performance files of"):
                collected(driver, clock[0] - 2 * HOUR, clock[0] - HOUR, "disk")
        assert logins(array) == [2, 1, 0]


def test_another_host_key_gets_no_password(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    first, second = array.controllers
    told = f"{second.host}:{second.port} {first.fingerprint}"
    driver = connect(array, **ssh(array, extra_attributes={"performance_hosts": told}))
    with pytest.raises(exception.StorageBackendException, match="host key"):
        collected(driver, clock[0] - 2 * HOUR, clock[0] - HOUR, "disk")
    assert second.logins == 0


@pytest.mark.parametrize("told", ["10.0.0.2", "10.0.0.2:many SHA256:x", "SHA256:x"])
def test_other_controllers_want_an_address_and_a_key(
    array: OceanStor, connect: Connect, told: str
) -> None:
    with pytest.raises(exception.InvalidInput, match="performance_hosts"):
        connect(array, **ssh(array, extra_attributes={"performance_hosts": told}))


def test_history_is_promised_only_where_files_can_be_read() -> None:
    told = checked(OceanStorDriver.get_capabilities(None, ACCESS))
    assert (told["is_historic"], told["performance_metric_retention_window"]) == (True, RETENTION)
    for filters in (None, {"firmware_version": "6.1.6"}, {**ACCESS, "access": ["rest"]}):
        other = checked(OceanStorDriver.get_capabilities(None, filters))
        assert other["is_historic"] is False
        assert "performance_metric_retention_window" not in other
        assert (
            told["resource_metrics"]["volume"].keys() < other["resource_metrics"]["volume"].keys()
        )


@pytest.fixture
def packed(array: OceanStor) -> bytes:
    """The newest file of the first controller."""
    files = array.controllers[0].files()
    return files[max(files)].content()


def test_a_file_is_read_as_it_was_written(array: OceanStor, packed: bytes) -> None:
    (block,) = perf_file.blocks(packed)
    assert (block.step, (block.end - block.start) // block.step) == (60, 15)
    assert block.kinds.keys() == set(performance_files.KINDS)
    disk = array.array.one("disk", 0)["ID"]
    found = [sample for identity, sample in block.samples(10, {"22", "4711"}) if identity == disk]
    wanted = samples.sample(array.array.state, 10, disk, [22], block.start)["indicator_values"]
    assert found[0] == {"time": block.start * 1000, "22": wanted[0]}
    assert len(found) == 15
    assert list(block.samples(40, {"22"})) == []


def pack(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("PerfData.dat")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


HEAD = bytes(333) + (4).to_bytes(4, "little")
MOMENTS = '"StartTime": "0", "EndTime": "120", "Archive": "60"'
LATER = '"StartTime": "120", "EndTime": "310", "Archive": "60"'
ONE = '"Map": {"11": {"IDs": ["1"], "Names": ["a"], "DataTypes": [22]}}'


def block(text: str, *values: int) -> bytes:
    told = text.encode()
    length = (len(told) + 8).to_bytes(4, "little")
    return bytes(4) + length + told + struct.pack(f"<{len(values)}i", *values)


def with_block(text: str, values: bytes = b"", width: int = 4) -> bytes:
    return pack(HEAD[:-4] + width.to_bytes(4, "little") + block(text) + values)


@pytest.mark.parametrize("end", [b"", bytes(3), bytes(40)])
def test_blocks_follow_each_other_and_what_is_below_zero_was_not_measured(end: bytes) -> None:
    """A step that is not over when a block ends has no values."""
    first = block(f"{{{MOMENTS}, {ONE}}}", 7, -1)
    second = block(f"{{{LATER}, {ONE}}}", 8, 9, 10)
    found = list(perf_file.blocks(pack(HEAD + first + second + end)))
    assert [sample for one in found for sample in one.samples(11, {"22"})] == [
        ("1", {"time": 0, "22": 7}),
        ("1", {"time": 60_000}),
        ("1", {"time": 120_000, "22": 8}),
        ("1", {"time": 180_000, "22": 9}),
        ("1", {"time": 240_000, "22": 10}),
    ]
    assert [one.moments[-1] for one in found] == [60, 240]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (b"", "unpacked"),
        (pack(bytes(30)), "head"),
        (pack(b""), "head"),
        (with_block(f"{{{MOMENTS}, {ONE}}}", bytes(8), width=8), "head"),
        (with_block("no JSON"), "another form"),
        (with_block("[]"), "another form"),
        (with_block(f"{{{MOMENTS}}}"), "Map"),
        (with_block(f"{{{MOMENTS}, {ONE}}}", bytes(7)), "7 bytes for 2 values"),
        (with_block(f"{{{MOMENTS.replace('60', '0')}, {ONE}}}"), "by 0"),
        (pack(HEAD + bytes(4) + b"\xff\0\0\0{}"), "cut off"),
        (pack(HEAD + bytes(4) + b"\7\0\0\0"), "8 bytes that are no block"),
        (with_block(f"{{{MOMENTS}, {ONE}}}", b"\1\0\0\0" * 3), "4 bytes that are no block"),
    ],
)
def test_a_file_that_is_none_is_told(wrong: bytes, text: str) -> None:
    with pytest.raises(exception.InvalidResults, match=text):
        list(perf_file.blocks(wrong))


def test_a_file_that_is_cut_off_is_told(packed: bytes) -> None:
    with pytest.raises(exception.InvalidResults, match="unpacked"):
        list(perf_file.blocks(packed[: len(packed) // 2]))
