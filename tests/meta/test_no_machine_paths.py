"""The project runs anywhere: no file of it names a folder of the machine it was written on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.meta.project import files, text_of

# Written with brackets so that this file does not find itself.
MACHINE_PATHS = re.compile(
    r"(^|[^A-Za-z0-9_.})~-])/(wo[r]k|ro[o]t|far[m]|ho[m]e/[a-z]+|tm[p]/brief|Use[r]s)/"
    r"|\.librar[y]\b",
)


def findings(texts: Mapping[str, str]) -> list[str]:
    """One sentence for each line that names such a folder."""
    return [
        f"{name}:{number}: {line.strip()[:100]}: name the folder relative to the project, or "
        "take it from an option"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]


def test_no_file_names_a_folder_of_one_machine() -> None:
    texts = {name: text_of(name) for name in files()}
    assert not findings(texts), "\n".join(findings(texts))
