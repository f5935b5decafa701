"""Posts for exporters, JSON unless they say otherwise; says which refusals are for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import requests

from delfin.exporter.base_exporter import RejectedError

# Below the time that the forwarder waits for the whole call.
_LONGEST = 0.8
# What the receiver says of the body itself: the same body will be refused again.
_REFUSALS = frozenset({400, 413, 415, 422})
_SHOWN = 200
# 'final_words' for samples. To one that is older than its out-of-order window, Prometheus says 500
# in releases of before 2024, and later ones with OTLP; whoever tries again waits for ever.
TOO_OLD = ("too old sample",)


class Poster:
    """One receiver, with its connection kept open; used by one thread at a time."""

    def __init__(
        self,
        url: str,
        timeout: float,
        ca_file: str = "",
        credentials: tuple[str, str] | None = None,
        final_words: Collection[str] = (),
    ) -> None:
        """'timeout' is the time in seconds that a whole delivery may take.

        An answer with one of the 'final_words' is a refusal for ever, whatever its status is.
        """
        self.url = url
        self.timeout = timeout * _LONGEST
        self._final_words = final_words
        self._session = requests.Session()
        self._session.verify = ca_file or True
        self._session.auth = credentials
        # Nothing of the environment: neither proxies nor ~/.netrc are told to delfin like this.
        self._session.trust_env = False

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """Post it; what the receiver says.

        Raises:
            RejectedError: The receiver refuses this body, and always will.
            OSError: It was not delivered.
        """
        sent = {"Content-Type": "application/json", **(headers or {})}
        answer = self._session.post(
            self.url, data=body, headers=sent, timeout=self.timeout, allow_redirects=False
        )
        if 200 <= answer.status_code < 300:
            return answer.content
        final = any(words in answer.text[:_SHOWN] for words in self._final_words)
        if final or answer.status_code in _REFUSALS:
            raise RejectedError(f"HTTP {answer.status_code}: {answer.text[:_SHOWN]}")
        raise OSError(f"HTTP {answer.status_code}")

    def close(self) -> None:
        self._session.close()
