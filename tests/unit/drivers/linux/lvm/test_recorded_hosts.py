"""What the conformance kit does not ask about: rights, absence, and a host that lacks tools."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.drivers.linux.lvm import commands
from delfin.drivers.linux.lvm.driver import LvmDriver
from delfin.inventory.catalog import KINDS
from delfin.testing import rules
from delfin.testing.recording import exchange
from tests.unit.drivers.utils.ssh_server import PASSWORD, Answer, SshServer, ssh_server

RECORDINGS = Path(__file__).parent / "recordings"
NOT_FOUND = Answer(stderr=b"sh: 1: not found", status=127)
Play = Callable[..., tuple[LvmDriver, SshServer]]


def outputs(host: str) -> dict[str, bytes]:
    """What the host printed, by the name of the command."""
    told = {one.asked: one.answer["stdout"].encode() for one in exchange.load(RECORDINGS / host)}
    lines = {name: command.line(sudo=False) for name, command in commands.ALL.items()}
    return {name: told[line] for name, line in lines.items() if line in told}


def answers_of(host: str, changes: dict[str, Answer]) -> Callable[[str], Answer]:
    recorded, lines = outputs(host), {}
    for name, command in commands.ALL.items():
        said = Answer(recorded[name]) if name in recorded else NOT_FOUND
        for sudo in (False, True):
            lines[command.line(sudo=sudo)] = changes.get(name, said)
    return lines.__getitem__


@pytest.fixture
def play() -> Iterator[Play]:
    """A driver for a recorded host; keywords replace the answer to a command."""
    undo: list[Callable[[], Any]] = []

    def play(host: str, *, sudo: str = "", **changes: Answer) -> tuple[LvmDriver, SshServer]:
        context = ssh_server(answers_of(host, changes))
        server = context.__enter__()
        driver = LvmDriver(
            storage_id="3f3f6b1e-0000-4000-8000-000000000000",
            ssh={**server.access, "password": cryptor.encode(PASSWORD)},
            extra_attributes={"sudo": sudo},
        )
        undo.extend((lambda: context.__exit__(None, None, None), driver.close_connection))
        return driver, server

    yield play
    for step in reversed(undo):
        step()


def collect(driver: LvmDriver) -> dict[str, Any]:
    """What the recorded commands suffice for."""
    found: dict[str, Any] = {}
    for key, ask in {
        "storage": driver.get_storage,
        **{kind.key: getattr(driver, kind.lister) for kind in KINDS},
    }.items():
        try:
            found[key] = ask(None)
        except (NotImplementedError, exception.StorageBackendException):
            continue
    return found


def test_a_host_that_lacks_tools_shows_the_rows_that_were_accepted(play: Play) -> None:
    # The tools that this host lacks were not recorded, so the kit has nothing to say about it.
    driver, server = play("bare-debian-12")
    found = collect(driver)
    folder = RECORDINGS / "bare-debian-12" / "expected"
    if os.environ.get("DELFIN_ACCEPT"):
        for key, rows in found.items():
            (folder / f"{key}.json").write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n")
    assert found == {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert len(server.logins) == 1
    kinds = [kind for kind in KINDS if kind.key in found]
    listed = {kind.key: {row[kind.native_id] for row in found[kind.key]} for kind in kinds}
    for kind in kinds:
        assert rules.findings(kind, found[kind.key]) == []
        assert rules.dangling(kind, found[kind.key], listed) == []


def test_sudo_is_used_when_asked_for_and_for_root_tools_only(play: Play) -> None:
    driver, server = play("uml-debian-12", sudo="true")
    assert collect(driver).keys() == collect(play("uml-debian-12")[0]).keys()
    with_sudo = {line for line in server.commands if "sudo -n" in line}
    assert with_sudo == {commands.LVM.line(sudo=True), commands.SMART.line(sudo=True)}


class TestRefusal:
    REFUSED = Answer(
        b'{"report": []}',
        b"  WARNING: Running as a non-root user. Functionality may be unavailable.\n",
    )

    def test_an_empty_report_for_lack_of_rights_is_an_error(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", lvm=self.REFUSED)
        for ask in (driver.list_storage_pools, driver.list_volumes, driver.list_masking_views):
            with pytest.raises(exception.NotAuthorized, match=r"'lvm' was refused.*needs root"):
                ask(None)

    def test_rows_that_only_refer_to_lvm_are_shown_without(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", lvm=self.REFUSED)
        assert {row["native_pool_id"] for row in driver.list_filesystems(None)} == {None}
        assert "unknown" in {row["logical_type"] for row in driver.list_disks(None)}
        storage = driver.get_storage(None)
        assert (storage["total_capacity"], storage["used_capacity"]) == (None, None)
        assert storage["status"] == "unknown"

    def test_sudo_says_no(self, play: Play) -> None:
        no = Answer(stderr=b"sudo: a password is required\n", status=1)
        driver, _ = play("uml-debian-12", sudo="true", lvm=no)
        with pytest.raises(exception.NotAuthorized, match="a password is required"):
            driver.list_volumes(None)

    def test_the_target_may_not_be_read(self, play: Play) -> None:
        no = Answer(stderr=b"find: './iscsi': Permission denied\n", status=1)
        driver, _ = play("uml-debian-12", target=no)
        for ask in (driver.list_storage_hosts, driver.list_ports):
            with pytest.raises(exception.NotAuthorized, match="/sys/kernel/config/target"):
                ask(None)


class TestFaults:
    @pytest.mark.parametrize(
        ("answer", "error", "words"),
        [
            (NOT_FOUND, exception.StorageBackendException, "'lvm' is not on the host"),
            (Answer(b"<html>"), exception.InvalidResults, "'lvm' did not answer in JSON"),
            (Answer(b'{"report": 3}'), exception.InvalidResults, "no list 'report'"),
            (Answer(b'{"report": [3]}'), exception.InvalidResults, "report"),
            (
                Answer(b'{"report": [{"vg": [{}], "lv": [{}]}]}'),
                exception.InvalidResults,
                "vg_|lv_",
            ),
            (
                Answer(stderr=b"  Volume group vg0 is broken\n", status=5),
                exception.StorageBackendException,
                "status 5: Volume group vg0 is broken",
            ),
        ],
    )
    def test_a_bad_answer_is_an_error_of_its_class(
        self, play: Play, answer: Answer, error: type[Exception], words: str
    ) -> None:
        driver, _ = play("uml-debian-12", lvm=answer)
        with pytest.raises(error, match=words):
            driver.list_volumes(None)
        with pytest.raises(error, match=words):
            driver.list_storage_pools(None)

    @pytest.mark.parametrize("name", sorted(commands.ALL))
    def test_an_answer_cut_short_is_never_another_kind_of_error(
        self, play: Play, name: str
    ) -> None:
        whole = outputs("uml-debian-12")[name]
        driver, _ = play("uml-debian-12", **{name: Answer(whole[: len(whole) // 2])})
        for kind in KINDS:
            try:
                getattr(driver, kind.lister)(None)
            except (NotImplementedError, exception.DelfinException):
                continue

    def test_a_host_without_identity_is_refused(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", facts=Answer())
        with pytest.raises(exception.InvalidResults, match="machine-id"):
            driver.get_storage(None)


class TestAbsence:
    """An empty listing means that there is none, and only that."""

    def test_no_target_in_the_kernel(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", target=Answer())
        assert driver.list_storage_hosts(None) == []
        assert driver.list_masking_views(None) == []
        assert [row["type"] for row in driver.list_ports(None)] == ["eth"]

    def test_no_servers_for_files(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", nfs_exports=Answer(), smb_shares=Answer())
        assert driver.list_shares(None) == []

    def test_no_volume_groups(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", lvm=Answer(b'{"report": []}'))
        assert driver.list_storage_pools(None) == []
        assert driver.get_storage(None)["total_capacity"] == 0

    def test_no_smart_tool_leaves_the_kernels_view(self, play: Play) -> None:
        driver, _ = play("uml-debian-12", smart=Answer())
        assert {row["status"] for row in driver.list_disks(None)} == {"normal"}


class TestAccessInfo:
    def test_ssh_is_needed(self) -> None:
        with pytest.raises(exception.InvalidInput, match="ssh"):
            LvmDriver(storage_id="x", rest={"host": "array"})

    def test_sudo_is_true_or_false(self) -> None:
        with pytest.raises(exception.InvalidInput, match=r"extra_attributes\.sudo"):
            LvmDriver(storage_id="x", ssh={}, extra_attributes={"sudo": "maybe"})

    def test_commands_fit_into_one_quoted_word(self) -> None:
        for command in commands.ALL.values():
            assert "'" not in command.script, command.tool
