"""A toy array whose inventory lies in files, its good driver and a recording."""

from __future__ import annotations

import gzip
import io
import tarfile
from functools import partial
from pathlib import Path
from typing import Any

from delfin import cryptor, exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.kit import sftp
from delfin.testing.recording import about as about_file
from delfin.testing.recording.about import About
from delfin.testing.recording.exchange import Exchange, save
from delfin.testing.simulated.sftp import File, SftpServer
from tests.unit.testing.charlie import fields

Row = dict[str, Any]
USER, PASSWORD = "reader-of-files", "known-Passw0rd"
SYSTEM, POOLS, VOLUMES = "/inv/system.csv", "/inv/pools.tgz", "/inv/volumes.csv"


class Delta(StorageDriver):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.access = kwargs

    def reset_connection(self, context: Any, **kwargs: Any) -> None: ...

    def content(self, path: str) -> bytes:
        with sftp.opened(**self.access) as files:
            return files.content(path, 1 << 20)

    def get_storage(self, context: Any) -> Row:
        return {"serial_number": fields(text(self.content(SYSTEM)))[0][0], "status": "normal"}

    def list_storage_pools(self, context: Any) -> list[Row]:
        return [
            {"storage_id": self.storage_id, "native_storage_pool_id": number, "name": name}
            for number, name in fields(text(unpacked(self.content(POOLS))))
        ]

    def list_volumes(self, context: Any) -> list[Row]:
        with sftp.opened(**self.access) as files:
            found = sorted(one.path for one in files.listed(["/gone", "/inv/"]))
            if SYSTEM not in found or VOLUMES not in found:
                raise exception.InvalidResults("files are missing")
            listed = fields(text(files.content(VOLUMES, 1 << 20)))
        return [
            {"storage_id": self.storage_id, "native_volume_id": number, "name": name}
            for number, name in listed
        ]

    def list_alerts(self, context: Any, query_para: Row | None = None) -> list[Row]:
        raise NotImplementedError

    def clear_alert(self, context: Any, sequence_number: str) -> None:
        raise NotImplementedError

    def add_trap_config(self, context: Any, trap_config: Row) -> None: ...

    def remove_trap_config(self, context: Any, trap_config: Row) -> None: ...


def text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise exception.InvalidResults("no text") from error


def unpacked(packed: bytes) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            member = archive.next()
            file = archive.extractfile(member) if member else None
            return file.read() if file else b""
    except (tarfile.TarError, OSError, EOFError) as error:
        raise exception.InvalidResults("no archive") from error


def archive(**members: bytes) -> bytes:
    """Named by the owner of the array, as a real one is."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.uname = len(content), "bank"
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def packed(content: bytes) -> bytes:
    return gzip.compress(archive(pools=content))


def files_of(serial: str = "C-0001", volume: str = "db") -> dict[str, bytes]:
    return {
        SYSTEM: f"{serial},delta\n1\n".encode(),
        POOLS: packed(b"p1,gold\n1\n"),
        VOLUMES: f"v1,{volume}\nv2,log\n2\n".encode(),
    }


def server(files: dict[str, bytes]) -> SftpServer:
    """Not started yet; what is put into 'files' is there."""
    return SftpServer(
        *("127.0.0.1", lambda *account: account == (USER, PASSWORD)),
        lambda: {path: File(60, partial(bytes, c), len(c)) for path, c in files.items()},
    )


def access_to(server: SftpServer, **more: Any) -> dict[str, Any]:
    return {
        "vendor": "acme",
        "model": "delta",
        "ssh": {
            "host": server.host,
            "port": server.port,
            "username": USER,
            "password": cryptor.encode(PASSWORD),
        },
        **more,
    }


def listing(*paths: str) -> Row:
    found = [{"name": path.rpartition("/")[2], "size": 1, "changed": 60} for path in paths]
    return {"files": found}


EXCHANGES = (
    Exchange("sftp", {"list": "/gone"}, {"status": 2}),
    Exchange("sftp", {"list": "/inv/"}, listing(SYSTEM, POOLS, VOLUMES)),
    Exchange("sftp", {"read": SYSTEM}, {"text": "C-0001,delta\n1\n"}),
    Exchange(
        "sftp",
        {"read": POOLS},
        {"gzip": {"tar": [{"name": "pools", "text": "p1,gold\n1\n"}]}, "changed": 60},
    ),
    Exchange("sftp", {"read": VOLUMES}, {"text": "v1,db\nv2,log\n2\n"}),
)


def make_recording(folder: Path) -> Path:
    folder.mkdir(parents=True)
    save(folder, EXCHANGES)
    about_file.write(folder, About("acme delta", "simulator", access=("ssh",)))
    return folder
