"""The page with the gauges of the estate, made anew when it is asked for and too old."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from oslo_config import cfg
from oslo_log import log
from sqlalchemy.orm import Session

from delfin.db.session import Database
from delfin.exporter.estate.families import Labels, Source, sources
from delfin.inventory.catalog import BY_KEY

LOG = log.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Prometheus ends its reading at a zero byte.
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\"", "\0": "\N{REPLACEMENT CHARACTER}"})


class EstatePage:
    """Text for any number of scrapers; several that ask at once have it made once."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: Database,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        options = conf.prometheus_estate
        unknown = [key for key in options.kinds if key not in BY_KEY]
        if unknown:
            LOG.warning("[prometheus_estate] kinds: there is no %s", ", ".join(unknown))
        kinds = [BY_KEY[key] for key in dict.fromkeys(options.kinds) if key in BY_KEY]
        self._sources = sources(kinds, conf.service_down_time)
        self._database = database
        self._max_age = options.max_age
        self._clock = clock
        self._lock = threading.Lock()
        self._text = ""
        self._made_at = -math.inf

    def text(self) -> str:
        """The page, at most [prometheus_estate] max_age seconds old.

        Raises:
            oslo_db.exception.DBError: The database is away.
        """
        with self._lock:
            if self._clock() - self._made_at >= self._max_age:
                begun = self._clock()
                self._text = self._made()
                self._made_at = begun
            return self._text

    def _made(self) -> str:
        with self._database.reader() as session:
            pieces = [piece for source in self._sources for piece in _pieces(source, session)]
        return "".join(pieces)


def _pieces(source: Source, session: Session) -> Iterable[str]:
    lines: dict[str, list[str]] = {name: [] for name in source.families}
    for family, labels, value in source.read(session):
        lines[family].append(f"{family}{{{_formatted(labels)}}} {float(value):.17g}\n")
    for name, of_family in lines.items():
        if of_family:
            text = source.families[name].translate(_ESCAPES).replace('\\"', '"')
            yield f"# HELP {name} {text}\n# TYPE {name} gauge\n"
            yield from of_family


def _formatted(labels: Labels) -> str:
    """Those with a value: Prometheus takes an empty one for none."""
    return ",".join(
        f'{name}="{str(value).translate(_ESCAPES)}"'
        for name, value in labels.items()
        if value not in {None, ""}
    )


def names(conf: cfg.ConfigOpts) -> Mapping[str, str]:
    """Help texts of all families that the page may have, by name."""
    kinds = [BY_KEY[key] for key in conf.prometheus_estate.kinds]
    found: dict[str, str] = {}
    for source in sources(kinds, conf.service_down_time):
        found |= source.families
    return found
