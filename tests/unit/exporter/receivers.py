"""Real receivers on this machine: HTTP, SMTP, snmptrapd, Alertmanager."""

from __future__ import annotations

import http.server
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.waiting import during, wait_until


@dataclass
class HttpReceiver:
    """Keeps what is posted, and answers with the next of 'answers', then with 200."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    # What it says with each answer, and the seconds that it takes for it.
    says: bytes = b""
    takes: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """All alerts of all bodies."""
        return [alert for body in self.bodies for alert in json.loads(body)["alerts"]]


@contextmanager
def http_receiver(port: int = 0) -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for _ in during(receiver.takes):
                pass
            status = receiver.answers.pop(0) if receiver.answers else 200
            if status == 200:
                receiver.bodies.append(body)
                receiver.headers.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Length", str(len(receiver.says)))
            self.end_headers()
            self.wfile.write(receiver.says)

        def log_message(self, *_arguments: Any) -> None:
            """Tests are quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def alertmanager(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """Debian's Alertmanager with a receiver that does nothing; its URL."""
    config = folder / "alertmanager.yml"
    config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    url = f"http://127.0.0.1:{port or free_port()}"
    command = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    with served(command, url, folder / "alertmanager.log"):
        yield url


@contextmanager
def served(command: list[str], url: str, output: Path) -> Iterator[None]:
    """A server of the Prometheus family, from when it is ready until the end of the block."""
    with output.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)

    def ready() -> bool:
        try:
            return requests.get(f"{url}/-/ready", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        wait_until(ready, 60)
        yield
    finally:
        process.terminate()
        process.wait(30)


def firing(url: str) -> list[dict[str, Any]]:
    """What Alertmanager takes for active now."""
    found = requests.get(f"{url}/api/v2/alerts", timeout=10).json()
    return [alert for alert in found if alert["status"]["state"] == "active"]


@contextmanager
def snmptrapd(folder: Path, *lines: str) -> Iterator[tuple[int, Path]]:
    """net-snmp's receiver with these lines of configuration; its port and what it writes."""
    config = folder / "snmptrapd.conf"
    config.write_text("\n".join([*lines, ""]))
    output, port = folder / "traps.log", free_port(socket.SOCK_DGRAM)
    command = ["snmptrapd", "-f", "-n", "-On", "-C", "-c", str(config), "-Lf", str(output)]
    process = subprocess.Popen(
        [*command, f"udp:127.0.0.1:{port}"],
        env={"SNMP_PERSISTENT_DIR": str(folder / "snmp"), "PATH": "/usr/sbin:/usr/bin", "MIBS": ""},
    )

    def listening() -> bool:
        wanted = f":{port:04X} "
        return wanted in Path("/proc/net/udp").read_text(encoding="ascii")

    try:
        wait_until(listening)
        yield port, output
    finally:
        process.terminate()
        process.wait(30)
