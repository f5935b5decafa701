"""A toy array with a REST interface, its good driver and a recording: the ground for sabotage."""

# ruff: noqa: ARG004 - the contract fixes the arguments

from __future__ import annotations

from pathlib import Path
from typing import Any

from delfin import cryptor, exception
from delfin.common import constants
from delfin.common.alert_util import is_alert_in_time_range
from delfin.drivers.driver import StorageDriver
from delfin.drivers.utils.rest_client import RestClient
from delfin.testing.recording import about as about_file
from delfin.testing.recording.about import About
from delfin.testing.recording.exchange import Exchange, save
from delfin.testing.recording.standins import PASSWORD, TOKEN, USER

Row = dict[str, Any]
WINDOW = (1_795_000_000_000, 1_795_000_120_000)
NOON = 1_795_000_000_000
TRAP = "1.3.6.1.4.1.32473.8"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
_ERRORS = {401: exception.NotAuthorized, 403: exception.NotAuthorized}


class Client(RestClient):
    """Signs in once; the array's errors become delfin's here."""

    def sign_in(self) -> None:
        self.init_http_head()
        body = {"user": self.rest_username, "password": cryptor.decode(self.rest_password)}
        try:
            answer = self.ask("/login", body, "POST")
        except exception.NotAuthorized as error:
            raise exception.InvalidUsernameOrPassword from error
        self.session.headers["X-Token"] = answer["token"]

    def ask(self, path: str, body: Any = None, method: str = "GET") -> Any:
        answer = self.do_call(path, body, method)
        if answer.status_code in _ERRORS:
            raise _ERRORS[answer.status_code]
        if answer.status_code >= 400:
            raise exception.StorageBackendException(f"status {answer.status_code}")
        try:
            return answer.json()
        except ValueError as error:
            raise exception.InvalidResults(f"{path}: no JSON") from error


class Bravo(StorageDriver):
    client_class: type[Client] = Client

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client = self.client_class(**kwargs)
        self.client.sign_in()

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        self.client.sign_in()

    def close_connection(self) -> None:
        self.client.close()

    def get_storage(self, context: Any) -> Row:
        found = self.client.ask("/system")
        return {"name": found["label"], "vendor": "acme", "model": "bravo", "status": "normal",
                "serial_number": found["serial"], "firmware_version": "4.2"}  # fmt: skip

    def list_storage_pools(self, context: Any) -> list[Row]:
        return [
            {"storage_id": self.storage_id, "native_storage_pool_id": r["id"], "name": r["label"],
             "status": "normal", "storage_type": "block", **_space(r)}
            for r in self.client.ask("/pools")
        ]  # fmt: skip

    def list_volumes(self, context: Any) -> list[Row]:
        return [
            {"storage_id": self.storage_id, "native_volume_id": r["id"], "name": r["label"],
             "status": "available", "type": "thin", "native_storage_pool_id": r["pool"],
             **_space(r)}
            for r in self.client.ask("/volumes")
        ]  # fmt: skip

    def list_alerts(self, context: Any, query_para: Row | None = None) -> list[Row]:
        found = [alert(r["n"], r["at"]) for r in self.client.ask("/alerts")]
        return [a for a in found if is_alert_in_time_range(query_para, a["occur_time"])]

    @staticmethod
    def parse_alert(context: Any, alert: dict[str, str]) -> Row | None:
        if alert.get(TRAP_OID) != f"{TRAP}.0.1":
            return None
        return _alert(int(alert[f"{TRAP}.1.0"]), int(alert[f"{TRAP}.2.0"]))

    def clear_alert(self, context: Any, sequence_number: str) -> None:
        self.client.ask(f"/alerts/{sequence_number}", None, "DELETE")

    def add_trap_config(self, context: Any, trap_config: Row) -> None: ...

    def remove_trap_config(self, context: Any, trap_config: Row) -> None: ...

    @staticmethod
    def get_capabilities(context: Any, filters: Row | None = None) -> Row:
        wanted = {"iops": {"unit": "IOPS", "description": "Operations a second"}}
        return {"is_historic": True, "resource_metrics": {"volume": wanted}}

    def collect_perf_metrics(
        self, context: Any, storage_id: str, resource_metrics: Row, start_time: int, end_time: int
    ) -> list[Any]:
        found = self.client.ask(f"/perf?from={start_time}&to={end_time}")
        return [metric(storage_id, r["id"], {int(t): v for t, v in r["iops"]}) for r in found]


def alert(number: int, at: int) -> Row:
    return {
        "alert_id": "42",
        "alert_name": "Fan is slow",
        "severity": "Minor",
        "category": "Fault",
        "type": "EquipmentAlarm",
        "sequence_number": str(number),
        "occur_time": at,
        "description": "A fan turns slower than asked",
    }


_alert = alert


def metric(owner: str, volume: str, values: dict[Any, Any], **labels: Any) -> Any:
    return constants.metric_struct(
        "iops",
        {
            "storage_id": owner,
            "resource_type": "volume",
            "resource_id": volume,
            "type": "RAW",
            "unit": "IOPS",
            **labels,
        },
        values,
    )


def _space(record: Row) -> Row:
    total, used = record["size"], record["used"]
    return {"total_capacity": total, "used_capacity": used, "free_capacity": total - used}


def said(path: str, answer: Any, **asked: Any) -> Exchange:
    return Exchange(
        "rest", {"method": "GET", "path": path, **asked}, {"status": 200, "json": answer}
    )


EXCHANGES = (
    said(
        "/login",
        {"token": f"{TOKEN}1"},
        method="POST",
        json={"user": USER, "password": PASSWORD},
    ),
    said("/system", {"label": "array1", "serial": "B-1"}),
    said("/pools", [{"id": "p1", "label": "gold", "size": 100, "used": 40}]),
    said(
        "/volumes",
        [{"id": f"v{n}", "label": f"db{n}", "pool": "p1", "size": 10, "used": n} for n in (1, 2)],
    ),
    said("/alerts", [{"n": n, "at": NOON + n * 60_000} for n in (1, 2, 3)]),
    said(
        "/perf",
        [{"id": "v1", "iops": [[WINDOW[0], 5], [WINDOW[1], 6.5]]}],
        query=[["from", str(WINDOW[0])], ["to", str(WINDOW[1])]],
    ),
    Exchange(
        "rest", {"method": "DELETE", "path": "/alerts/999999999"}, {"status": 200, "json": {}}
    ),
)


def make_recording(folder: Path, exchanges: tuple[Exchange, ...] = EXCHANGES, **about: Any) -> Path:
    """A recording with a trap; nothing is accepted yet."""
    (folder / "traps").mkdir(parents=True)
    save(folder, exchanges)
    title: dict[str, Any] = {"driver": "acme bravo", "source": "simulator", "window": WINDOW}
    about_file.write(folder, About(**{**title, **about}))
    (folder / "traps" / "0001.txt").write_text(
        f".{TRAP_OID} = OID: .{TRAP}.0.1\n.{TRAP}.1.0 = INTEGER: 7\n"
        f'.{TRAP}.2.0 = STRING: "{NOON}"\n'
    )
    return folder
