"""The examples of docs/reference/driver-kit.md are executed, in their order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from delfin import cryptor
from delfin.testing.simulated.fake_storage import FakeStorage

PAGE = Path(__file__).parents[4] / "docs/reference/driver-kit.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_are_true() -> None:
    text = PAGE.read_text(encoding="utf-8")
    examples = list(EXAMPLE.finditer(text))
    assert len(examples) > 6
    with FakeStorage(username="admin", password="Fake-Array-1") as array:
        rest = {"host": array.host, "port": array.port, "username": "admin"}
        names: dict[str, Any] = {
            "access": {
                "rest": {**rest, "password": cryptor.encode("Fake-Array-1")},
                "verify": str(array.certificate_path),
            }
        }
        for example in examples:
            # As many lines before it as on the page, so that an error tells the line there.
            lines = text.count("\n", 0, example.start(1))
            exec(compile("\n" * lines + example[1], str(PAGE), "exec"), names)  # noqa: S102 - our own page
        assert (array.sessions.logins, array.sessions.open) == (1, 0)
