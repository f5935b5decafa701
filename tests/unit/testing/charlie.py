"""A toy array with a command line, its good driver and a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from delfin import exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.utils.ssh_client import SSHPool
from delfin.testing.recording import about as about_file
from delfin.testing.recording.about import About
from delfin.testing.recording.exchange import Exchange, save

Row = dict[str, Any]


class Charlie(StorageDriver):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pool = SSHPool(**kwargs)

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        self.pool.close()

    def close_connection(self) -> None:
        self.pool.close()

    def say(self, command: str) -> str:
        return self.pool.do_exec(command)

    def get_storage(self, context: Any) -> Row:
        return {"serial_number": fields(self.say("show system"))[0][0], "status": "normal"}

    def list_storage_pools(self, context: Any) -> list[Row]:
        return [
            {"storage_id": self.storage_id, "native_storage_pool_id": number, "name": name}
            for number, name in fields(self.say("show pools"))
        ]

    def list_volumes(self, context: Any) -> list[Row]:
        return [
            {"storage_id": self.storage_id, "native_volume_id": number, "name": name}
            for number, name in fields(self.say("show volumes"))
        ]

    def list_alerts(self, context: Any, query_para: Row | None = None) -> list[Row]:
        raise NotImplementedError

    def clear_alert(self, context: Any, sequence_number: str) -> None:
        raise NotImplementedError

    def add_trap_config(self, context: Any, trap_config: Row) -> None: ...

    def remove_trap_config(self, context: Any, trap_config: Row) -> None: ...


def fields(text: str) -> list[list[str]]:
    """The two columns of each line; the last line must say how many there are."""
    *rows, last = [line.split(",") for line in text.split("\n") if line] or [[""]]
    if last != [str(len(rows))] or not all(len(row) == 2 for row in rows):
        raise exception.InvalidResults("the table is not whole")
    return rows


EXCHANGES = (
    Exchange("exec", "show system", {"stdout": "C-0001,charlie\n1\n", "status": 0}),
    Exchange("exec", "show pools", {"stdout": "p1,gold\n1\n", "status": 0}),
    Exchange("exec", "show volumes", {"stdout": "v1,db\nv2,log\n2\n", "status": 0}),
)


def make_recording(folder: Path) -> Path:
    folder.mkdir(parents=True)
    save(folder, EXCHANGES)
    about_file.write(folder, About("acme charlie", "simulator", access=("ssh",)))
    return folder
