"""A small Aurora array on a real socket, for trying the driver and for recording it."""

from __future__ import annotations

from typing import Any

from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.server import Answer, Request
from delfin.testing.simulated.sessions import BadCredentials

ROOT = "/api/v2/"
TOKEN = "x-aurora-token"
CLOCK_MS = 1_795_000_000_000
MINUTE_MS = 60_000

ENTRIES: dict[str, list[dict[str, Any]]] = {
    "pools": [
        {"id": 1, "name": "gold", "state": "OPTIMAL", "size_gib": 2048, "used_gib": 600.5},
        {"id": 2, "name": "silver", "state": "FAILED", "size_gib": 4096, "used_gib": 100},
    ],
    "volumes": [
        {
            "id": 10 + n,
            "name": f"oradata{n}",
            "state": "ONLINE" if n else "BROKEN",
            "pool": 1 + n % 2,
            "wwn": f"600a0980001122334455667788990{n:03x}",
            "thin": n % 2 == 0,
            "size_gib": 100,
            "used_gib": 12.5 * n,
        }
        for n in range(5)
    ],
    "controllers": [
        {"id": n, "name": f"SP-{side}", "state": state, "release": "3.2.0", "memory_gib": 64}
        for n, (side, state) in enumerate((("A", "ACTIVE"), ("B", "DOWN")))
    ],
    "hosts": [
        {"id": 1, "name": "payroll-db", "os": "linux"},
        {"id": 2, "name": "esx-prod", "os": "esx"},
    ],
    "initiators": [
        {"port": "50:01:43:80:11:22:33:44", "kind": "fibre", "host": 1},
        {"port": "iqn.1998-01.com.vmware:esx-prod-7", "kind": "iscsi", "host": 2},
    ],
    "hostgroups": [{"id": 7, "name": "production", "hosts": [1, 2]}],
    "volumegroups": [{"id": 8, "name": "databases", "volumes": [10, 11, 12]}],
    "mappings": [{"id": 9, "name": "prod-to-db", "hostgroup": 7, "volumegroup": 8}],
    "events": [
        {
            "id": n,
            "code": "AU-31",
            "title": "Fan is slow",
            "level": level,
            "text": "A fan turns slower than asked",
            "part": f"SP-{side}",
            "raised": CLOCK_MS - n * 10 * MINUTE_MS,
        }
        for n, (side, level) in enumerate((("A", "minor"), ("B", "critical"), ("A", "odd")), 1)
    ],
}
SYSTEM = {
    "name": "aurora-paris",
    "product": "Aurora 300",
    "serial": "AUR-00812",
    "release": "3.2.0",
    "site": "Paris, cellar 2",
    "raw_gib": 8192,
    "clock": CLOCK_MS,
}


class Aurora(SimulatedArray):
    """'with Aurora(password=...) as array'; see SimulatedArray."""

    def answer(self, request: Request) -> Answer:
        word = request.path.removeprefix(ROOT)
        if (request.method, word) == ("POST", "login"):
            return self._log_in(request.body or {})
        session = self.sessions.find(request.headers.get(TOKEN, ""))
        if session is None:
            return Answer(401, {"message": "log in first"})
        if (request.method, word) == ("DELETE", "logout"):
            self.sessions.sign_out(session.token)
            return Answer(204)
        found = _found(request, word)
        return Answer(200, found) if found else Answer(404, {"message": "no such thing"})

    def _log_in(self, body: dict[str, Any]) -> Answer:
        try:
            session = self.sessions.sign_in(
                str(body.get("username")), str(body.get("password")), SYSTEM["serial"]
            )
        except BadCredentials:
            return Answer(401, {"message": "who are you"})
        return Answer(200, {"role": "monitor"}, {"X-Aurora-Token": session.token})


def _found(request: Request, word: str) -> dict[str, Any] | None:
    if request.method != "GET":
        return None
    if word == "system":
        return SYSTEM
    if word == "counters":
        return {"entries": _counters(request.query)}
    return {"entries": ENTRIES[word]} if word in ENTRIES else None


def _counters(query: Any) -> list[dict[str, Any]]:
    begin, end = int(query["from"]), int(query["to"])
    times = list(range(begin - begin % MINUTE_MS, end + 1, MINUTE_MS))
    times = [time for time in times if time >= begin]
    return [
        {
            "id": part["id"],
            "name": part["name"],
            "times": times,
            "ops": [part["id"] * 10 + n for n, _ in enumerate(times)],
            "reads": [part["id"] * 4 + n for n, _ in enumerate(times)],
            "mbps": [part["id"] * 1.5 for _ in times],
            "latency_ms": [0.4 for _ in times],
        }
        for part in ENTRIES[f"{query['kind']}s"]
    ]
