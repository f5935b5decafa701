"""Write a migration from what changed in the models, for a person to read and correct.

Usage: python tools/make_migration.py "add volumes.pool"

The present schema comes from running all migrations on a new SQLite file.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from delfin.db import migration
from delfin.inventory.schema import METADATA


def main(message: str) -> int:
    numbers = [int(path.name[:4]) for path in (migration.FOLDER / "versions").glob("[0-9]*.py")]
    number = f"{max(numbers, default=0) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'schema.sqlite'}")
        migration.upgrade(engine)
        if not migration.differences(engine, METADATA):
            sys.stderr.write("The migrations already make what the models say.\n")
            return 1
        migration.write_revision(engine, METADATA, message, number)
        engine.dispose()
    for path in (migration.FOLDER / "versions").glob(f"{number}*.py"):
        sys.stdout.write(f"wrote {path}: read it, and run it on all three engines\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
