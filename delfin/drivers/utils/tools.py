"""Text, time and file tools of drivers written for SODA Delfin 1.x; new drivers need none."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from defusedxml import ElementTree  # type: ignore[import-untyped]
from oslo_log import log
from oslo_utils import units

LOG = log.getLogger(__name__)

_SOCKET_TIMEOUT = 15
_UNITS = {"TB": units.Ti, "GB": units.Gi, "MB": units.Mi, "KB": units.Ki}


class Tools:
    """Times are in milliseconds; `pattern` is one of strftime."""

    def time_str_to_timestamp(self, time_str: str, time_pattern: str) -> int | str:
        """Local time to ms; '' stays ''."""
        if not time_str:
            return ""
        return int(time.mktime(time.strptime(time_str, time_pattern)) * 1000)

    def timestamp_to_time_str(self, time_stamp: int, time_pattern: str) -> str:
        """Ms to local time; '' for no time."""
        if not time_stamp:
            return ""
        return time.strftime(time_pattern, time.localtime(int(time_stamp) / 1000))

    @staticmethod
    def timestamp_to_utc_time_str(time_stamp: int, time_pattern: str) -> str:
        """Ms to UTC; '' for no time."""
        if not time_stamp:
            return ""
        return time.strftime(time_pattern, time.gmtime(int(time_stamp) / 1000))

    @staticmethod
    def change_capacity_to_bytes(unit: str) -> int:
        """Bytes in a TB, GB, MB or KB, taken as powers of 1024; 1 for any other unit."""
        return _UNITS.get(unit.upper(), 1)

    @staticmethod
    def get_capacity_size(value: str | None) -> float:
        """Bytes of a text like `1.5GB`; the unit is always the last two characters."""
        if value in {None, "", "-", "0B"}:
            return 0
        text = str(value)
        if text.isdigit():
            return float(text)
        return float(text[:-2]) * Tools.change_capacity_to_bytes(text[-2:])

    @staticmethod
    def split_value_map_list(
        value_info: str,
        map_list: list[dict[str, str]],
        is_mapping: bool = False,
        is_alert: bool = False,
        split: str = ":",
    ) -> list[dict[str, str]]:
        """Append one dict per paragraph of `key: value` lines, and return the list.

        Blanks are taken out of keys, empty quotes out of values. `is_mapping` keeps keys that
        have no value; `is_alert` lets a value go on over lines without a key.
        """
        record: dict[str, str] = {}
        key = ""
        for line in [*value_info.split("\r\n"), ""]:
            head, *values = line.split(f"{split} ")
            if not line.strip():
                if record:
                    map_list.append(record)
                record, key = {}, ""
            elif values or (is_mapping and not is_alert):
                key = head.replace(" ", "")
                record[key] = values[-1].replace('""', "") if values else ""
            elif is_alert and key and "entries" not in line:
                record[key] += line
        return map_list

    @staticmethod
    def get_numbers_in_brackets(source_info: str, pattern_str: str) -> str:
        """The first match of the pattern without its parentheses, or ''."""
        found = re.findall(pattern_str, source_info)
        return found[0].replace("(", "").replace(")", "") if found else ""

    @staticmethod
    def get_remote_file_to_xml(ssh: Any, file: str, local_path: str, remote_path: str) -> Any:
        """The root element of a remote XML file, or None when it cannot be had.

        The copy made in `local_path` and older ones of its kind are removed.
        """
        # It comes with the extra `soda-drivers`.
        from scp import SCPClient  # noqa: PLC0415

        name = Path(file).name
        local = Path(local_path) / name
        try:
            with SCPClient(ssh.get_transport(), socket_timeout=_SOCKET_TIMEOUT) as scp:
                scp.get(f"{remote_path}/{file}", str(local))
            return ElementTree.parse(local).getroot()
        except Exception:  # noqa: BLE001 - drivers take None for an interval without statistics
            LOG.warning("%s could not be read from the storage", file, exc_info=True)
            return None
        finally:
            Tools.remove_file_with_same_type(name, local_path)

    @staticmethod
    def remove_file_with_same_type(file_name: str, file_path: str) -> None:
        """Remove the files whose name has the first three parts, at `_`, of this one."""
        kind = "_".join(file_name.split("_")[:3])
        for path in Path(file_path).iterdir():
            if kind in path.name:
                path.unlink(missing_ok=True)
