"""The last samples of an OceanStor, over the interface that the array has for them.

`performance_data` tells those of all objects of a type: metrics.py. The older `cur_statistic_data`
tells those of one object. Requests and answers of the latter: Huawei's com.huawei.storage for a 5500
V3 and OpenSDS's driver for Dorado (client.go, GetPerformance). Linuxfabrik's library of its checks
knows both spellings, of which a firmware has one; those that others ask a V3 or V5 with are the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from delfin import exception
from delfin.drivers.huawei.oceanstor.client import MISSING, Client, Unsupported
from delfin.drivers.huawei.oceanstor.metrics import ASKED, parts
from delfin.drivers.huawei.oceanstor.names import Names
from delfin.drivers.huawei.oceanstor.ranges import Record
from delfin.drivers.kit.each import each

_OF_A_TYPE = "performance_data"
_OF_ONE = ("performace_statistic/cur_statistic_data", "performance_statistic/cur_statistic_data")
_UNKNOWN = (NotImplementedError, Unsupported)
AT_ONCE = 4
# That many take two minutes if the array takes half a second for each: the samples must not be
# older then, and by default a call may not take longer.
MOST = 1_000


class Realtime:
    """For one session; which interface the array has is found out once."""

    def __init__(self, client: Client, names: Names) -> None:
        self._client, self._names = client, names
        # The interface must not be asked twice at once (REST 6.1, 4.14.1.1.2, as POSH quotes it).
        self._asking = threading.Lock()
        self._known: str | None = None

    def forget(self) -> None:
        """It may come back with other firmware."""
        self._known = None

    def parts(self, kind: str, indicators: list[int], end: int) -> Iterator[dict[str, Any]]:
        """The samples of one type of resource, as 'metrics.parts'.

        Raises NotImplementedError where the array has none of the interfaces, and where it has
        more than MOST things that it tells of one at a time.
        """
        for collection, number in ASKED[kind].types.items():
            try:
                with self._asking:
                    told = self._told(collection, number, indicators)
                names = self._names.of(collection, {str(one["object_id"]) for one in told})
                yield from parts(told, names, end)
            except (KeyError, TypeError, ValueError) as error:
                raise exception.InvalidResults(f"performance of {collection}: {error}") from error

    def _told(self, collection: str, number: int, indicators: list[int]) -> list[Record]:
        if self._known not in _OF_ONE:
            body = {"object_type": number, "indicators": indicators}
            try:
                told = self._client.query(f"/{_OF_A_TYPE}", body)
            except _UNKNOWN:
                if self._known is not None:
                    self._known = None
                    raise NotImplementedError(collection) from None
            else:
                self._known = _OF_A_TYPE
                return told
        return self._one_by_one(collection, number, indicators)

    def _one_by_one(self, collection: str, number: int, indicators: list[int]) -> list[Record]:
        names = self._names_of_few(collection)
        if not names:
            return []
        ask = partial(self._sample, number, indicators)
        place = self._known = self._known or self._found(partial(ask, next(iter(names))))

        def listing() -> Mapping[str, str]:
            return self._names.anew(collection)

        try:
            found = each(
                partial(ask, place=place), names, listing, at_once=AT_ONCE, missing=MISSING
            )
        except _UNKNOWN:
            self._known = None
            raise NotImplementedError(collection) from None
        return [sample for sample in found.values() if sample is not None]

    def _names_of_few(self, collection: str) -> Mapping[str, str]:
        """Raises NotImplementedError for more than MOST; those that are counted are not listed."""
        count = self._client.count(collection)
        if count is None or count <= MOST:
            names = self._names.anew(collection)
            count = len(names)
        if count > MOST:
            raise NotImplementedError(f"{collection}: {count}, to be asked for one by one")
        return names

    def _found(self, ask: Callable[[str], object]) -> str:
        """The place that answers; raises what the array refuses both with."""
        why: Exception = NotImplementedError(_OF_A_TYPE)
        for place in _OF_ONE:
            try:
                ask(place)
            except _UNKNOWN:
                continue
            except MISSING as error:
                # It may not know the path, or not the thing, which somebody may have removed.
                why = error
            else:
                return place
        raise why

    def _sample(
        self, number: int, indicators: list[int], identity: str, place: str
    ) -> Record | None:
        """As `performance_data` tells it; None where nothing is measured."""
        wanted = ",".join(map(str, indicators))
        uuid = f"{number}:{quote(identity, safe='')}"
        told = self._client.told(
            f"/{place}?CMO_STATISTIC_UUID={uuid}&CMO_STATISTIC_DATA_ID_LIST={wanted}"
        )
        if not told:
            return None
        return {
            "object_id": identity,
            "timestamp": told[0]["CMO_STATISTIC_TIMESTAMP"],
            "indicators": str(told[0]["CMO_STATISTIC_DATA_ID_LIST"]).split(","),
            "indicator_values": str(told[0]["CMO_STATISTIC_DATA_LIST"]).split(","),
        }
