"""Write the files that are made from the code, or check that they are fresh.

python tools/generate.py sample-config openapi [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from oslo_config import generator

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_CONFIG = "etc/delfin/delfin.conf.sample"
OPENAPI = "docs/reference/openapi.json"
MATRIX = "docs/reference/support-matrix.md"
# What a new installation sets: the default is for one whose file is older than the option.
SET = ("verify_certificates = true",)


def sample_config() -> str:
    """Every option with its help and default, as an operator's first configuration file.

    Raises:
        ValueError: An option that is to be set is not among them.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "delfin.conf.sample"
        generator.main(
            [
                f"--config-file={ROOT / 'etc/delfin/oslo-config-generator.conf'}",
                f"--output-file={output}",
            ],
        )
        text = output.read_text(encoding="utf-8")
    for line in SET:
        if f"\n#{line}\n" not in text:
            raise ValueError(f"no option reads '#{line}'")
        text = text.replace(f"\n#{line}\n", f"\n{line}\n")
    return text


def openapi() -> str:
    """The REST interface as OpenAPI 3.1, keys sorted so that a diff shows only real changes."""
    from delfin.api.openapi import document  # noqa: PLC0415 - the sample needs no API to be written

    return json.dumps(document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def matrix() -> str:
    """What each driver supports, from a conformance run on its recording."""
    from tools import support_matrix  # noqa: PLC0415 - needs what tests need

    return support_matrix.page()


GENERATED: dict[str, tuple[str, Callable[[], str]]] = {
    "sample-config": (SAMPLE_CONFIG, sample_config),
    "openapi": (OPENAPI, openapi),
    "matrix": (MATRIX, matrix),
}


def stale(name: str) -> str:
    """Empty when the stored file is what the code says now, else what to do."""
    path, produce = GENERATED[name]
    stored = ROOT / path
    if stored.exists() and stored.read_text(encoding="utf-8") == produce():
        return ""
    return f"{path} is not what the code says now: run `make {name}` and commit the file"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(GENERATED))
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        problems = [problem for problem in map(stale, chosen.names) if problem]
        sys.stderr.writelines(f"{problem}\n" for problem in problems)
        return len(problems)
    for name in chosen.names:
        path, produce = GENERATED[name]
        (ROOT / path).write_text(produce(), encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
