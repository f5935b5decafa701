"""Every table that some module declares is known to migrations and to `db check`."""

from __future__ import annotations

import subprocess
import sys

from tests.meta.imports import module_name
from tests.meta.project import ROOT, python_sources

# In a process of its own: in this one, other tests have imported half the package already.
SCRIPT = """
import importlib, sys
from delfin.inventory.schema import METADATA
known = set(METADATA.tables)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(set(METADATA.tables) - known))
"""


def test_importing_the_schema_loads_every_table() -> None:
    modules = [
        module_name(path)
        for path, source in python_sources("delfin").items()
        if "__tablename__" in source
    ]
    assert modules, "no table was found; this check would check nothing"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stdout.split(), (
        f"tables missing from delfin.inventory.schema: {done.stdout}: add their modules to MODULES"
    )
