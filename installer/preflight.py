#!/usr/bin/env python3
"""Looks whether this machine can take delfin, before the installer changes anything.

Prints one line for each problem and ends with status 1 when there is one. Only the standard
library: delfin is not installed yet.
"""

from __future__ import annotations

import argparse
import configparser
import errno
import importlib.util
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

# Where servers listen whose URL names no port.
_PORTS = {
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "rabbit": 5672,
    "redis": 6379,
    "rediss": 6379,
}
_WANTED_MIB = 1024
# ProtectHome= of the units.
_HIDDEN = ("/home/", "/root" + "/", "/run/user/")
_TIMEOUT = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=("standalone", "cluster"), required=True)
    parser.add_argument("--config", type=Path, required=True, help="delfin.conf to be used")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="needs space")
    parser.add_argument("--here", action="store_true", help="delfin will run on this machine")
    parser.add_argument("--ports", action="store_true", help="the ports must be free")
    asked = parser.parse_args()
    try:
        conf = read(asked.config)
    except (OSError, ValueError, configparser.Error) as error:
        # The text of a parser's error repeats the line, which may hold a password.
        sys.stdout.write(f"{asked.config} cannot be read: {type(error).__name__}\n")
        return 1
    problems = [*python(here=asked.here), *space(asked.folder)]
    if asked.ports:
        problems += taken_ports(conf, asked.mode)
    if asked.mode == "cluster":
        problems += servers(conf)
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def read(path: Path) -> configparser.ConfigParser:
    """The options of a delfin.conf. Its [DEFAULT] holds for itself, not for other groups."""
    conf = configparser.ConfigParser(
        strict=False, interpolation=None, default_section="\0", allow_no_value=True
    )
    conf.read_string(path.read_text(encoding="utf-8"))
    return conf


def python(*, here: bool) -> Iterator[str]:
    """What is wrong with the Python that runs this, which will run delfin too."""
    if here and str(Path(sys.executable).resolve()).startswith(_HIDDEN):
        yield f"{sys.executable} is in a home folder, which services may not read: set PYTHON="
    for module, package in (("venv", "python3-venv"), ("ensurepip", "python3-venv")):
        if importlib.util.find_spec(module) is None:
            yield f"{sys.executable} has no module {module}: install the package {package}"
            return


def space(folders: list[Path]) -> Iterator[str]:
    """The virtual environment takes half of it, the rest is what a first inventory may need."""
    for folder in folders:
        there = next(one for one in (folder, *folder.parents) if one.is_dir())
        free = shutil.disk_usage(there).free // 2**20
        if free < _WANTED_MIB:
            yield f"{folder}: {free} MiB are free, {_WANTED_MIB} MiB are wanted"


def taken_ports(conf: configparser.ConfigParser, mode: str) -> Iterator[str]:
    """Ports that delfin is to listen on and cannot."""
    own = "127.0.0.1" if mode == "standalone" else "::"
    wanted = [("delfin_listen", own, "delfin_listen_port", "8190")]
    if mode == "cluster":
        wanted += [
            ("task_listen", "127.0.0.1", "task_listen_port", "8196"),
            ("alert_listen", "127.0.0.1", "alert_listen_port", "8197"),
        ]
    for host_option, host_default, port_option, port_default in wanted:
        host = conf.get("DEFAULT", host_option, fallback=host_default) or host_default
        port = conf.get("DEFAULT", port_option, fallback=port_default) or port_default
        try:
            _bind(host, int(port))
        except ValueError:
            yield f"{port_option} = {port}: not a port"
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else error.strerror
            yield f"port {port} at {host} ({port_option}): {reason}"


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def servers(conf: configparser.ConfigParser) -> Iterator[str]:
    """Servers that daemons on several nodes need, and that are not named or do not answer."""
    for name, group, option in (
        ("database", "database", "connection"),
        ("message bus", "DEFAULT", "transport_url"),
    ):
        url = conf.get(group, option, fallback="") or ""
        if not url:
            yield f"the configuration has no [{group}] {option}: daemons need a {name}"
        elif not url.startswith("sqlite"):
            yield from _unreachable(name, url)
        else:
            yield f"[{group}] {option}: SQLite is for delfin-standalone"
    kind = conf.get("coordination", "backend_type", fallback="file")
    if kind == "redis" and not conf.get("coordination", "backend_sentinel", fallback=""):
        address = conf.get("coordination", "backend_server", fallback="") or "127.0.0.1:6379"
        url = address if "://" in address else f"redis://{address}"
        yield from _unreachable("Redis", url)


def _unreachable(name: str, url: str) -> Iterator[str]:
    """One line when none of the hosts accepts a connection; never shows the password."""
    scheme = urlsplit(url).scheme.partition("+")[0]
    reasons = []
    for host in _hosts(urlsplit(url).netloc):
        try:
            address = urlsplit(f"//{host}")
            target = (address.hostname or "", address.port or _PORTS.get(scheme, 0))
            socket.create_connection(target, _TIMEOUT).close()
        except ValueError:
            reasons.append("not a valid address")
        except OSError as error:
            reasons.append(f"{target[0]} port {target[1]}: {error.strerror or error}")
        else:
            return
    if reasons:
        yield f"the {name} cannot be reached: {'; '.join(reasons)}"


def _hosts(netloc: str) -> list[str]:
    """The hosts of 'user:password@host:port,host:port'; none when it is a local socket.

    What stands before an account may be a piece of its password, which is never shown.
    """
    account = netloc.rfind("@")
    found, position = [], 0
    for piece in netloc.split(","):
        position += len(piece) + 1
        if "@" in piece or position > account:
            found.append(piece.rpartition("@")[2])
    return [host for host in found if host]


if __name__ == "__main__":
    sys.exit(main())
