"""about.yaml: which array a recording is from, how it was made, and how a driver is given access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

FILE = "about.yaml"
_WITH_REASON = "want types of resources, each with the reason"
SOURCES = ("array", "simulator", "documentation")


@dataclass(frozen=True)
class About:
    """A recording's title page.

    Attributes:
        driver: The entry point, '<vendor> <model>'.
        source: One of SOURCES.
        product: The array's model, as it names itself.
        firmware: Its version.
        recorded: How, and in which year and month.
        access: The access types that the driver was given: 'rest', 'ssh'.
        extra_attributes: What the driver was given besides, without secrets.
        window: Begin and end (ms) of the performance data that was asked for.
        complete: False when the recording reached its size limit or was cut off.
        storage_name: Which array was meant, where one manager serves several.
        unmeasured: Declared types of resources that this array does not measure, each with the
            reason.
    """

    driver: str
    source: str
    product: str = ""
    firmware: str = ""
    recorded: str = ""
    access: tuple[str, ...] = ("rest",)
    extra_attributes: Mapping[str, str] = field(default_factory=dict)
    window: tuple[int, int] | None = None
    complete: bool = True
    storage_name: str = ""
    unmeasured: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ValueError(f"source: {self.source!r} is not one of {', '.join(SOURCES)}")
        if len(self.driver.split()) != 2:
            raise ValueError(f"driver: {self.driver!r} is not '<vendor> <model>'")
        if not all(self.unmeasured.values()):
            raise ValueError(f"unmeasured: {_WITH_REASON}")


def read(folder: Path) -> About:
    """Raises ValueError naming what is missing or unknown."""
    path = folder / FILE
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path} is no mapping")  # noqa: TRY004 - the file's content is wrong
    if not isinstance(found.get("unmeasured", {}), dict):
        raise ValueError(f"{path}: unmeasured: {_WITH_REASON}")  # noqa: TRY004 - as above
    window = found.pop("window", None)
    access = tuple(found.pop("access", ("rest",)))
    try:
        return About(**found, access=access, window=tuple(window) if window else None)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def write(folder: Path, about: About) -> None:
    content = {name: value for name, value in asdict(about).items() if value not in ("", None, {})}
    content["access"] = list(about.access)
    if about.window:
        content["window"] = list(about.window)
    (folder / FILE).write_text(
        yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
