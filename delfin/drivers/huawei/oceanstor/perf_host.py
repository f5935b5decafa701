"""One address with performance files of an OceanStor: lists and reads them over SFTP, for history.

Folders, port and user (that of the REST interface): the vRealize adapter of Huawei in OpenSDS (nbp:
Constants, OpenSDSStorAdapter). The time in a name is of an unknown zone, so files are chosen by when
they were changed last.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from delfin import exception
from delfin.common import deadline
from delfin.drivers.huawei.oceanstor import perf_file
from delfin.drivers.kit import sftp

# V3, V5 and later; Dorado V3 C20; arrays with a service processor of their own (18000).
FOLDERS = (
    "/OSM/coffer_data/perf/perf_files/",
    "/OSM/coffer_data/omm/perf/perf_files/",
    "/svp_data/PerfFile/",
)
# Seconds; a controller that is down does not answer at all. Whoever signs in may want no files.
CONNECT_TIMEOUT = 15
SIGN_IN_TIMEOUT = 2
# Seconds for which a host that could not be reached is asked after the others.
AVOIDED = 300.0

_NAME = re.compile(r"PerfData_.+_SP(\d+)_\d+_\d+(?:DST)?\.tgz")
_LARGEST = 128 * 1024 * 1024
# Bytes of files that are kept of a host; all types of resources are in the same ones.
_REMEMBERED = 16 * 1024 * 1024

Entries = Mapping[str, Sequence[sftp.Entry]]
Login = TypeVar("Login")


class Account:
    """The same at every host: once one of them has refused it, it is tried nowhere any more."""

    def __init__(self) -> None:
        # Two that try a wrong password at once are one too many.
        self._lock = threading.Lock()
        self._refused = ""

    def logged_in(self, where: str, log_in: Callable[[], Login]) -> Login:
        """Raises InvalidUsernameOrPassword for a refusal now or before; it says where."""
        with self._lock:
            if not self._refused:
                try:
                    return log_in()
                except exception.InvalidUsernameOrPassword as error:
                    self._refused = f"performance files of {where}: {error.msg}"
            raise exception.InvalidUsernameOrPassword(message=self._refused)


class Host:
    """One controller's address, or that of several; opens a connection for each request."""

    def __init__(self, ssh: Mapping[str, Any], account: Account) -> None:
        self._account = account
        self._ssh = {**ssh, "conn_timeout": CONNECT_TIMEOUT}
        self._name = f"{ssh['host']}:{ssh.get('port') or 22}"
        self._lock = threading.Lock()
        self._listed: Entries = {}
        self._contents: OrderedDict[sftp.Entry, bytes] = OrderedDict()
        self._avoided_until = 0.0

    @property
    def is_avoided(self) -> bool:
        """Whether others are to be asked first, who may tell all there is."""
        return time.monotonic() < self._avoided_until

    def log_in(self) -> None:
        """And out again; raises InvalidUsernameOrPassword and StorageBackendException.

        A host that answers late has been given no password; one that has it may take its time.
        """
        quick = {**self._ssh, "conn_timeout": SIGN_IN_TIMEOUT, "auth_timeout": CONNECT_TIMEOUT}
        with self._lock, self._told(), ExitStack() as held:
            self._logged_in(lambda: held.enter_context(sftp.logged_in(ssh=quick)))

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
    def reading(self) -> Iterator[Callable[[sftp.Entry], list[perf_file.Block]]]:
        """What reads files, over one connection if there is anything to be fetched.

        It raises InvalidResults for a file that is none, or is not written to its end yet.
        """
        with self._lock, ExitStack() as held:
            connection: list[sftp.Files] = []

            def blocks(entry: sftp.Entry) -> list[perf_file.Block]:
                packed = self._contents.get(entry)
                if packed is None:
                    if not connection:
                        connection.append(held.enter_context(self._opened()))
                    packed = connection[0].content(entry.path, _LARGEST)
                try:
                    found = list(perf_file.blocks(packed))
                except exception.InvalidResults as error:
                    what = f"{entry.name}: {error.error_args[0]}"
                    raise exception.InvalidResults(what) from error
                self._contents[entry] = packed
                self._contents.move_to_end(entry)
                while sum(map(len, self._contents.values())) > _REMEMBERED:
                    self._contents.popitem(last=False)
                return found

            yield blocks

    @contextmanager
    def _opened(self) -> Iterator[sftp.Files]:
        """A login, and what it sees."""
        with self._told(), ExitStack() as held:
            yield self._logged_in(lambda: held.enter_context(sftp.opened(ssh=self._ssh)))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The array answers over REST, so an error here says nothing about the array as a whole.

        But a refusal does, or the same password would be tried until it is locked.
        """
        try:
            yield
        except (
            exception.StorageBackendException,
            exception.InvalidResults,
            exception.InvalidUsernameOrPassword,
        ):
            raise
        except exception.DelfinException as error:
            # A file that is listed may have been removed meanwhile.
            self._listed = {}
            what = f"performance files of {self._name}: {error.msg}"
            raise exception.StorageBackendException(what) from error

    def _logged_in(self, log_in: Callable[[], Login]) -> Login:
        try:
            login = self._account.logged_in(self._name, log_in)
        except exception.DelfinException as error:
            is_answer = isinstance(error, exception.InvalidUsernameOrPassword)
            if not is_answer and not deadline.is_over(error):
                self._avoided_until = time.monotonic() + AVOIDED
            raise
        self._avoided_until = 0.0
        return login


def _by_controller(entries: Sequence[sftp.Entry]) -> dict[str, list[sftp.Entry]]:
    found: defaultdict[str, list[sftp.Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.changed, one.name)):
        named = _NAME.fullmatch(entry.name)
        if named is not None:
            found[named[1]].append(entry)
    return found
