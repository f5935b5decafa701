"""The revision of the database that this release wants."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from delfin.db.migration import FOLDER


def _head() -> str:
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(configuration).get_current_head())


HEAD = _head()
