"""Files that an array keeps: recorded with all their texts scrubbed, or not at all."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from delfin import exception
from delfin.drivers.kit import sftp
from delfin.drivers.kit.parts import Counted, Filled, Numbers, Part, joined
from delfin.testing.conformance.checks import CHECKS
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import about, exchange, hosts, make
from delfin.testing.replay.player import Player
from delfin.testing.simulated.sftp import SftpServer
from tests.unit.testing import delta
from tests.unit.testing.charlie import fields
from tests.unit.testing.delta import POOLS, SYSTEM, VOLUMES, Delta

LOG = "/log.txt"
SERIAL, NAME = "2102350BVB10H8000012", "payroll-of-paris"

Record = Callable[..., make.Made]


@pytest.fixture
def kept() -> dict[str, bytes]:
    """What the array keeps; a story may put more there."""
    return {**delta.files_of(SERIAL, NAME), LOG: b"d1,one\nd2,two\n"}


@pytest.fixture
def server(kept: dict[str, bytes]) -> Iterator[SftpServer]:
    made = delta.server(kept)
    made.start()
    yield made
    made.close()


@pytest.fixture
def record(server: SftpServer, tmp_path: Path) -> Record:
    def made(driver: type[Delta] = Delta, **more: Any) -> make.Made:
        return make.record(driver, delta.access_to(server, **more), tmp_path / "r", "simulator")

    return made


def everything_in(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def answers(folder: Path, what: str) -> dict[str, Any]:
    """By path."""
    return {
        one.asked[what]: one.answer
        for one in exchange.load(folder)
        if one.channel == "sftp" and what in one.asked
    }


def test_files_are_recorded_and_play_back(record: Record, tmp_path: Path) -> None:
    made = record()
    assert (made.failures, made.differences) == ([], [])
    assert made.rows["volumes"] == 2
    folder = tmp_path / "r"
    assert answers(folder, "read")[POOLS] == {
        "changed": 60,
        "gzip": {"tar": [{"name": "pools", "text": "p1,pool1\n1\n"}]},
    }
    assert answers(folder, "list")["/gone"] == {"status": 2}
    assert [one["name"] for one in answers(folder, "list")["/inv/"]["files"]] == [
        *("system.csv", "pools.tgz", "volumes.csv")
    ]


def test_nothing_in_a_file_tells_whose_it_is(record: Record, tmp_path: Path) -> None:
    record()
    told = everything_in(tmp_path / "r")
    for word in (SERIAL, NAME, delta.USER, delta.PASSWORD, "bank"):
        assert word not in told


def test_a_secret_in_a_file_is_not_written(
    record: Record, kept: dict[str, bytes], tmp_path: Path
) -> None:
    kept[SYSTEM] = b"password=hunter2hunter2,delta\n1\n"
    record()
    assert "hunter2" not in everything_in(tmp_path / "r")


def test_a_name_in_a_path_is_replaced_and_still_leads_to_the_file(
    record: Record, kept: dict[str, bytes], tmp_path: Path
) -> None:
    class ByName(Delta):
        def list_disks(self, context: Any) -> Any:
            with sftp.opened(**self.access) as found:
                (one,) = [e for e in found.listed(["/inv/"]) if e.name.startswith("of_")]
                number = found.content(one.path, 100).decode()
            return [{"storage_id": self.storage_id, "native_disk_id": number}]

    kept[f"/inv/of_{SERIAL}.txt"] = b"d7"
    made = record(ByName)
    assert (made.failures, made.differences) == ([], [])
    (path,) = [path for path in answers(tmp_path / "r", "read") if path.startswith("/inv/of_")]
    assert re.fullmatch(r"/inv/of_\w{20}\.txt", path)
    assert SERIAL not in path


class Measuring(Delta):
    """Reads a file of numbers, with a name that no row tells."""

    def list_disks(self, context: Any) -> Any:
        number = self.content("/perf.dat")[-1]
        return [{"storage_id": self.storage_id, "native_disk_id": f"d{number}"}]


class Telling(Measuring):
    """And says how it is made: a serial number, a text with its length, and numbers."""

    @staticmethod
    def file_parts(content: bytes) -> list[Part]:
        length = int.from_bytes(content[32:36], "little")
        text = content[36 : 36 + length]
        names = tuple(text.decode().split(":"))
        return [Filled(content[:32]), Counted(text, names=names), Numbers(content[36 + length :])]


def perf_file(name: str) -> bytes:
    return joined(
        [
            Filled(SERIAL.encode().ljust(32, b"\0")),
            Counted(f"{name}:{NAME}".encode()),
            Numbers(bytes([0, 255, 9])),
        ]
    )


def test_a_file_that_is_no_text_is_not_written(
    record: Record, kept: dict[str, bytes], tmp_path: Path
) -> None:
    kept["/perf.dat"] = perf_file("held-secret")
    made = record(Measuring)
    said = "recorded without its content: sftp read /perf.dat: it is no text"
    assert any(said in text for text in made.failures), made.failures
    assert "held-secret" not in everything_in(tmp_path / "r")
    # The checks of the driver say so, too.
    (check,) = [one for one in CHECKS if one.name == "recording"]
    found = check.find(Subject(Delta, recording=tmp_path / "r"))
    assert any(said in text for text in found)


def test_a_file_that_the_driver_takes_apart_is_scrubbed(
    record: Record, kept: dict[str, bytes], tmp_path: Path
) -> None:
    kept["/perf.dat"] = gzip.compress(perf_file("a-volume-that-no-row-tells"))
    made = record(Packed)
    assert (made.failures, made.differences) == ([], [])
    told = everything_in(tmp_path / "r")
    for word in (SERIAL, NAME, "a-volume-that-no-row-tells"):
        assert word not in told
    serial, text, numbers = answers(tmp_path / "r", "read")["/perf.dat"]["gzip"]["parts"]
    assert (len(serial["text"]), serial["width"]) == (20, 32)
    # The name that a row tells has the row's stand-in.
    assert text == {"text": "name1:volume1", "counted": 0}
    assert numbers.keys() == {"numbers"}


class Packed(Telling):
    def list_disks(self, context: Any) -> Any:
        content = gzip.decompress(self.content("/perf.dat"))
        length = int.from_bytes(content[32:36], "little")
        if len(content) != 36 + length + 3:
            raise exception.InvalidResults("the length is not that of the text")
        return [{"storage_id": self.storage_id, "native_disk_id": f"d{content[-1]}"}]


class TestTap:
    """Whatever way a driver takes to a file, it is heard."""

    @staticmethod
    def recorded(record: Record, ask: Callable[[paramiko.SFTPClient], Any]) -> make.Made:
        class Asking(Delta):
            def list_disks(self, context: Any) -> Any:
                with sftp.opened(**self.access) as opened:
                    told = ask(opened._client)
                return [{"storage_id": self.storage_id, "native_disk_id": str(told)}]

        made = record(Asking)
        assert made.differences == []
        return made

    @pytest.mark.parametrize(
        "ask",
        [
            lambda client: client.open(LOG).read().decode()[:2],
            lambda client: client.file(LOG).readlines()[1][:2],
            lambda client: b"".join(client.open(LOG).readv([(0, 9), (9, 90)])).decode()[:2],
            lambda client: got(client).decode()[:2],
            lambda client: min(client.listdir("/inv/")),
            lambda client: min(one.filename for one in client.listdir_iter("/inv")),
            lambda client: client.stat(LOG).st_mtime,
            lambda client: client.lstat(LOG).st_mtime,
        ],
    )
    def test_each_way_plays_back(
        self, record: Record, ask: Callable[[paramiko.SFTPClient], Any]
    ) -> None:
        assert self.recorded(record, ask).failures == []

    def test_a_file_that_is_gone_is_gone_again(self, record: Record, tmp_path: Path) -> None:
        def ask(client: paramiko.SFTPClient) -> str:
            with pytest.raises(FileNotFoundError):
                client.open("/none")
            with pytest.raises(FileNotFoundError):
                client.stat("/none")
            return "gone"

        assert self.recorded(record, ask).failures == []
        assert answers(tmp_path / "r", "read")["/none"] == {"status": 2}

    def test_a_file_that_was_read_in_part_is_left_out(self, record: Record, tmp_path: Path) -> None:
        def ask(client: paramiko.SFTPClient) -> str:
            with client.open(LOG) as file:
                return file.read(2).decode() or "nothing"

        made = record(type("Part", (Delta,), {"list_disks": lambda self, _: disks(self, ask)}))
        assert any("/log.txt: it was read in part" in text for text in made.failures)

    def test_what_is_cut_off_is_no_answer(
        self, record: Record, server: SftpServer, kept: dict[str, bytes], tmp_path: Path
    ) -> None:
        def ask(client: paramiko.SFTPClient) -> str:
            with client.open("/cut.txt") as file:
                file.read(3)
                server.hang_up()
                with pytest.raises((OSError, EOFError, paramiko.SSHException)):
                    file.read()
            return "cut"

        kept["/cut.txt"] = b"all of it"
        made = record(type("Cut", (Delta,), {"list_disks": lambda self, _: disks(self, ask)}))
        assert [text for text in made.failures if "cut.txt" in text] == []
        assert "/cut.txt" not in answers(tmp_path / "r", "read")


def disks(driver: Delta, ask: Callable[[paramiko.SFTPClient], Any]) -> Any:
    with sftp.opened(**driver.access) as opened:
        return [{"storage_id": driver.storage_id, "native_disk_id": ask(opened._client)}]


def got(client: paramiko.SFTPClient) -> bytes:
    held = io.BytesIO()
    client.getfo(LOG, held)
    return held.getvalue()


class TestOtherHosts:
    """Of an array whose second controller has an address and files of its own."""

    TOLD = "b.bank.example:2022 SHA256:k+/x; [fe80::1] ssh-ed25519 AAAA of b;10.0.0.9 SHA256:k"

    def test_they_and_their_keys_have_stand_ins(self) -> None:
        hidden = hosts.hidden({"others": self.TOLD, "depth": 3})
        one, two, three = (f"array-{n}.example SHA256:recorded-host-key" for n in (2, 3, 4))
        assert hidden == {"others": f"{one}; {two};{three}", "depth": "3"}
        assert list(hosts.others({"others": self.TOLD})) == [
            ("b.bank.example", 2022),
            ("fe80::1", 22),
            ("10.0.0.9", 22),
        ]
        assert hosts.named(hidden) == [f"array-{n}.example" for n in (2, 3, 4)]
        places = {name: f"127.0.0.1:{n} SHA256:{n}" for n, name in enumerate(hosts.named(hidden))}
        assert hosts.shown(hidden, places)["others"] == (
            "127.0.0.1:0 SHA256:0; 127.0.0.1:1 SHA256:1;127.0.0.1:2 SHA256:2"
        )

    def test_words_that_are_no_hosts_stay(self) -> None:
        extra = {"volumes": "5", "note": "version 1.2.3 of SHA256 sums"}
        assert hosts.hidden(extra) == extra
        assert hosts.others(extra) == {}

    def test_their_files_are_recorded_apart(
        self, record: Record, kept: dict[str, bytes], tmp_path: Path
    ) -> None:
        class Both(Delta):
            """Disks are those of the other host, under the path of the first's volumes."""

            def list_disks(self, context: Any) -> Any:
                place, key = self.access["extra_attributes"]["others"].split()
                host, port = place.split(":")
                there = {"host": host, "port": int(port), "pub_key": key}
                with sftp.opened(ssh={**self.access["ssh"], **there}) as opened:
                    found = fields(opened.content(VOLUMES, 1000).decode())
                return [{"storage_id": self.storage_id, "native_disk_id": i} for i, _ in found]

        other = delta.server({VOLUMES: b"d1,x\n1\n"})
        other.start()
        try:
            told = f"{other.host}:{other.port} {other.fingerprint}"
            made = record(Both, extra_attributes={"others": told})
        finally:
            other.close()
        assert (made.failures, made.differences) == ([], [])
        assert (made.rows["disks"], made.rows["volumes"]) == (1, 2)
        assert about.read(tmp_path / "r").extra_attributes == {
            "others": "array-2.example SHA256:recorded-host-key"
        }
        asked = [one.asked for one in exchange.load(tmp_path / "r") if "host" in one.asked]
        assert asked == [{"read": VOLUMES, "host": "array-2.example"}]


def test_sizes_that_are_listed_are_those_that_are_served(tmp_path: Path) -> None:
    """A scrubbed file has another size than that which the array listed."""
    with Player(delta.make_recording(tmp_path / "r")) as player:
        driver = player.connect(Delta)
        with sftp.opened(**driver.access) as opened:
            for one in opened.listed(["/inv/"]):
                assert one.size == len(opened.content(one.path, 1 << 20))
                assert one.changed == 60


def test_an_array_that_answered_nothing_over_sftp_has_none(tmp_path: Path) -> None:
    folder = delta.make_recording(tmp_path / "r")
    exchange.save(folder, [exchange.Exchange("exec", "show", {"stdout": ""})])
    with Player(folder) as player, pytest.raises(exception.SSHException):
        player.connect(Delta).list_volumes(None)
