"""What an OceanStor measured before: the performance files of its controllers, over SFTP.

Each controller keeps its own files, and writes one when its time is full. Folders, port and user
(that of the REST interface): the vRealize adapter of Huawei in OpenSDS (nbp: Constants,
OpenSDSStorAdapter). That a file stays for a day at least is seen from a day's worth of files that
KenGuru66/monitoring_VM_Grafana notes of a Dorado 6000 V6. The time in a name is of an unknown zone,
so files are chosen by when they were changed last.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from delfin import exception
from delfin.drivers.huawei.oceanstor import perf_file
from delfin.drivers.huawei.oceanstor.indicators import Sample, merged
from delfin.drivers.kit import sftp

# V3, V5 and later; Dorado V3 C20; arrays with a service processor of their own (18000).
FOLDERS = (
    "/OSM/coffer_data/perf/perf_files/",
    "/OSM/coffer_data/omm/perf/perf_files/",
    "/svp_data/PerfFile/",
)
# Seconds for which files were seen to be kept; some arrays keep them longer.
RETENTION = 86_400
# The 'extra_attributes' that names the other controllers, and what it looks like.
OTHERS = "performance_hosts"
_WANT = f"extra_attributes.{OTHERS}: want 'address[:port] SHA256:fingerprint', others after ';'"

_NAME = re.compile(r"PerfData_.+_SP(\d+)_\d+_\d+(?:DST)?\.tgz")
# Seconds; a controller that is down does not answer at all.
CONNECT_TIMEOUT = 15
_LARGEST = 128 * 1024 * 1024
# Bytes of files that are kept of a host; all types of resources are in the same ones.
_REMEMBERED = 16 * 1024 * 1024

Entries = Mapping[str, Sequence[sftp.Entry]]


class Refused(exception.StorageBackendException):
    """The account is not let in; it is the same at every controller, and may be locked."""


class _Host:
    """One controller's address, or that of several; opens a connection for each request."""

    def __init__(self, ssh: Mapping[str, Any]) -> None:
        self._ssh = {**ssh, "conn_timeout": CONNECT_TIMEOUT}
        self._name = f"{ssh['host']}:{ssh.get('port') or 22}"
        self._lock = threading.Lock()
        self._listed: Entries = {}
        self._contents: OrderedDict[str, bytes] = OrderedDict()
        self._refused = ""

    def entries(self, until: int | None) -> Entries:
        """The files by controller, oldest first; listed anew unless those known go beyond 'until'."""
        with self._lock:
            known = self._listed
            last = min((of[-1].changed * 1000 for of in known.values()), default=0)
            if until is None or last <= until:
                with self._opened() as files:
                    known = self._listed = _by_controller(files.listed(FOLDERS))
            return known

    @contextmanager
    def reading(self) -> Iterator[Callable[[sftp.Entry], bytes]]:
        """What reads files, over one connection if there is anything to be fetched."""
        with self._lock, ExitStack() as held:
            connection: list[sftp.Files] = []

            def content(entry: sftp.Entry) -> bytes:
                # A file is written once and never changed.
                if entry.path not in self._contents:
                    if not connection:
                        connection.append(held.enter_context(self._opened()))
                    self._contents[entry.path] = connection[0].content(entry.path, _LARGEST)
                self._contents.move_to_end(entry.path)
                found = self._contents[entry.path]
                while sum(map(len, self._contents.values())) > _REMEMBERED:
                    self._contents.popitem(last=False)
                return found

            yield content

    @contextmanager
    def _opened(self) -> Iterator[sftp.Files]:
        """The array answers over REST, so an error here says nothing about the array as a whole."""
        if self._refused:
            raise Refused(self._refused)
        try:
            with sftp.opened(ssh=self._ssh) as files:
                yield files
        except (exception.StorageBackendException, exception.InvalidResults):
            raise
        except exception.InvalidUsernameOrPassword as error:
            self._refused = f"performance files of {self._name}: {error.msg}"
            raise Refused(self._refused) from error
        except exception.DelfinException as error:
            # A file that is listed may have been removed meanwhile.
            self._listed = {}
            what = f"performance files of {self._name}: {error.msg}"
            raise exception.StorageBackendException(what) from error


class History:
    """Made without asking anything; for all threads that call."""

    def __init__(self, **access: Any) -> None:
        """Take the driver's keywords; raises InvalidInput naming what is wrong with them."""
        self._hosts = [_Host(ssh) for ssh in (access["ssh"], *_others(access))]

    def newest(self, controllers: int) -> int:
        """The last moment (ms) that each of so many running controllers has written.

        Raises StorageBackendException when files of one of them cannot be had.
        """
        last = []
        for host, entries in self._of_each(controllers, None):
            with host.reading() as content:
                blocks = perf_file.blocks(content(entries[-1]))
                last.append(max((one.moments[-1] for one in blocks if one.moments), default=0))
        return min(last, default=0) * 1000

    def samples(
        self, kind: int, indicators: Collection[str], start: int, end: int, controllers: int
    ) -> dict[str, list[Sample]]:
        """What was measured after 'start' up to 'end' (ms), by id; each as of 'Block.samples'.

        What several controllers tell of one thing and moment is merged, as 'MERGED' says.
        Raises StorageBackendException when files of one of so many controllers cannot be had, or
        when one has not written them yet: what is returned is all that there is.
        """
        found: defaultdict[str, dict[int, Sample]] = defaultdict(dict)
        for host, entries in self._of_each(controllers, end):
            reached = 0
            own: defaultdict[str, dict[int, Sample]] = defaultdict(dict)
            with host.reading() as content:
                for entry in entries:
                    if entry.changed * 1000 <= start or reached > end:
                        continue
                    for block in perf_file.blocks(content(entry)):
                        reached = max(reached, block.end * 1000)
                        for identity, sample in block.samples(kind, indicators):
                            if start < sample["time"] <= end:
                                own[identity][sample["time"]] = sample
            if reached <= end:
                raise exception.StorageBackendException(
                    f"{entries[-1].name} is the last performance file so far"
                )
            for identity, of in own.items():
                known = found[identity]
                for at, sample in of.items():
                    known[at] = merged(known[at], sample) if at in known else sample
        return {identity: [at[one] for one in sorted(at)] for identity, at in found.items()}

    def _of_each(
        self, controllers: int, until: int | None
    ) -> list[tuple[_Host, Sequence[sftp.Entry]]]:
        """The files of each running controller, and whom to ask for them.

        Of more than are wanted those that wrote last count, and hosts beyond are not asked: one
        that is down would be waited for.
        """
        found: dict[str, tuple[_Host, Sequence[sftp.Entry]]] = {}
        failure: exception.StorageBackendException | None = None
        for host in self._hosts:
            if len(found) >= controllers:
                break
            try:
                found |= {name: (host, entries) for name, entries in host.entries(until).items()}
            except Refused:
                raise
            except exception.StorageBackendException as error:
                failure = error
        if len(found) < controllers:
            raise failure or exception.StorageBackendException(
                f"performance files of {len(found)} of {controllers} controllers were found; "
                f"the others are to be named in extra_attributes.{OTHERS}"
            )
        by_age = sorted(found.values(), key=lambda one: one[1][-1].changed, reverse=True)
        return by_age[:controllers]


def _by_controller(entries: Sequence[sftp.Entry]) -> dict[str, list[sftp.Entry]]:
    found: defaultdict[str, list[sftp.Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.changed, one.name)):
        named = _NAME.fullmatch(entry.name)
        if named is not None:
            found[named[1]].append(entry)
    return found


def _others(access: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The other controllers: the account is the same, the host key is not."""
    told = str((access.get("extra_attributes") or {}).get(OTHERS) or "")
    for part in filter(None, map(str.strip, told.split(";"))):
        address, _, key = part.partition(" ")
        try:
            place = urlsplit(f"//{address}")
            host, port = place.hostname, place.port
        except ValueError as error:
            raise exception.InvalidInput(_WANT) from error
        if not host or not key.strip():
            raise exception.InvalidInput(_WANT)
        yield {
            **access["ssh"],
            "host": host,
            "port": port or 22,
            "pub_key": key.strip(),
            "pub_key_type": None,
        }
