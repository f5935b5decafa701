"""The checks of this folder are worth what they reject: each rule has a case it must find."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from delfin.exception import NotFound
from delfin.inventory.kind import Embed, ResourceKind
from tests.meta import (
    test_broad_except,
    test_doc_links,
    test_entry_points,
    test_errors_documented,
    test_file_size,
    test_layers,
    test_no_machine_paths,
    test_options_used,
    test_package,
    test_public_surface,
)
from tests.meta.test_registry import findings as registry_findings
from tests.meta.test_registry import repeated_keys


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("delfin/drivers/acme/bravo/driver.py", "from delfin.db import storages", "ground floor"),
        ("delfin/drivers/acme/bravo/driver.py", "from delfin import db", "ground floor"),
        ("delfin/drivers/acme/bravo/driver.py", "from ....api import app", "above delfin.drivers"),
        ("delfin/drivers/acme/bravo/driver.py", "import delfin.drivers.session", "framework"),
        ("delfin/drivers/acme/bravo/client.py", "import sqlalchemy.orm", "return rows"),
        ("delfin/drivers/kit/mapping.py", "import delfin.inventory.kind", "ground floor"),
        ("delfin/drivers/driver.py", "def f():\n    import delfin.db", "ground floor"),
        ("delfin/drivers/utils/rest_client.py", "from ...db import session", "ground floor"),
        ("delfin/drivers/intake.py", "from delfin.db import session", "touch the database"),
        ("delfin/inventory/store.py", "from delfin.jobs import queue", "above delfin.inventory"),
        ("delfin/inventory/store.py", "import delfin.telemetry", "beside delfin.inventory"),
        ("delfin/common/alert_util.py", "import delfin.inventory", "above delfin.common"),
        ("delfin/api/app.py", "import delfin.task_manager.service", "beside delfin.api"),
        ("delfin/api/app.py", "import_module('delfin.cmd.api')", "above delfin.api"),
        ("delfin/jobs/queue.py", "from delfin.testing import faults", "above delfin.jobs"),
        ("delfin/wsgi.py", "import delfin.testing", "console scripts only"),
        ("delfin/testing/rules.py", "import delfin.db.session", "drivers, inventory"),
        ("delfin/novelty/thing.py", "import delfin.db", "has no floor"),
    ],
)
def test_import_against_the_layers_is_found(path: str, source: str, said: str) -> None:
    found = test_layers.findings({path: source})
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("delfin/drivers/acme/bravo/driver.py", "from delfin.drivers.kit import mapping"),
        ("delfin/drivers/acme/bravo/driver.py", "from delfin.drivers.driver import StorageDriver"),
        ("delfin/drivers/acme/bravo/driver.py", "from . import client\nimport requests"),
        ("delfin/drivers/api.py", "from delfin.db import storages"),
        ("delfin/drivers/intake.py", "from delfin.db.storages import Storage"),
        ("delfin/testing/simulated/server.py", "from delfin.testing import faults"),
        ("delfin/drivers/manager.py", "from delfin.drivers import driver"),
        ("delfin/cmd/demo.py", "from delfin.testing import simulated"),
        ("delfin/testing/rules.py", "from delfin.inventory import catalog"),
        ("delfin/exception.py", "from delfin.i18n import _"),
    ],
)
def test_import_down_the_layers_passes(path: str, source: str) -> None:
    assert test_layers.findings({path: source}) == []


def test_second_importer_of_eventlet_is_found() -> None:
    sources = {"a.py": "import eventlet", "b.py": "from eventlet import sleep", "c.py": "import os"}
    assert test_layers.eventlet_importers(sources) == ["a.py", "b.py"]


def test_long_file_is_found() -> None:
    assert not test_file_size.findings({"a.py": "x = 1\n" * 400})
    assert "401 lines" in test_file_size.findings({"a.py": "x = 1\n" * 401})[0]


@pytest.mark.parametrize(
    "handler",
    [
        "except:\n    pass",
        "except Exception:\n    pass",
        "except Exception:  # noqa: BLE001\n    pass",
        "except (ValueError, BaseException) as e:\n    print(e)",
    ],
)
def test_broad_except_without_a_reason_is_found(handler: str) -> None:
    assert test_broad_except.findings({"a.py": f"try:\n    f()\n{handler}\n"})


@pytest.mark.parametrize(
    "handler",
    [
        "except ValueError:\n    pass",
        "except Exception:  # noqa: BLE001 - the next round tries again\n    pass",
        "except Exception:\n    # the next round tries again\n    LOG.exception('x')",
        "except Exception as e:\n    raise RuntimeError from e",
    ],
)
def test_reasoned_or_narrow_except_passes(handler: str) -> None:
    assert not test_broad_except.findings({"a.py": f"try:\n    f()\n{handler}\n"})


@pytest.mark.parametrize("name", ["work", "root", "farm"])
def test_folder_of_one_machine_is_found(name: str) -> None:
    assert test_no_machine_paths.findings({"a.md": f"see /{name}/main"})
    assert not test_no_machine_paths.findings({"a.md": f"see docs/{name}/main"})


def test_error_page_lacking_or_misstating_a_code_is_found() -> None:
    page = (
        "### Known\n\n**404.** The storage is not registered. List the storages and take its id.\n"
    )
    codes = [("Known", 404)]
    assert not test_errors_documented.findings(codes, page)
    assert "write a paragraph" in test_errors_documented.findings([*codes, ("New", 400)], page)[0]
    assert "no error code" in test_errors_documented.findings([], page)[0]
    assert "HTTP status" in test_errors_documented.findings([("Known", 400)], page)[0]
    short = "### Known\n\n**404.** Gone.\n"
    assert "what an operator can do" in test_errors_documented.findings(codes, short)[0]


def test_unused_option_is_found() -> None:
    unread, findings = test_options_used.unread, test_options_used.findings
    assert unread(["api.limit", "api.lost"], {"delfin/a.py": "conf.api.limit"}) == {"api.lost"}
    # A longer word that contains the name is no use of it.
    assert unread(["api.limit"], {"delfin/a.py": "conf.api.limits"}) == {"api.limit"}
    assert "read nowhere" in findings({"api.lost"}, frozenset())[0]
    assert "take it off" in findings(set(), frozenset({"api.lost"}))[0]
    assert not findings({"api.lost"}, frozenset({"api.lost"}))


def test_driver_folder_and_entry_point_that_do_not_match_are_found() -> None:
    check = test_entry_points.findings
    modules = {"delfin.drivers.acme.bravo.driver"}
    assert not check({"acme bravo": "delfin.drivers.acme.bravo.driver:Driver"}, modules)
    assert "no entry point" in check({}, modules)[0]
    assert "no driver.py" in check({"acme bravo": "delfin.drivers.acme.bravo.driver:D"}, set())[0]
    assert "vendor" in check({"acme": "delfin.drivers.acme.bravo.driver:Driver"}, modules)[0]


def test_dead_link_is_found() -> None:
    pages = {"docs/a.md": "[x](b.md#two-words) [y](../c.md)", "docs/b.md": "# Two words\n"}

    def exists(path: str) -> bool:
        return path in {"docs/b.md", "c.md"}

    assert not test_doc_links.findings(pages, exists)
    assert "no such file" in test_doc_links.findings({"docs/a.md": "[x](z.md)"}, exists)[0]
    pages["docs/b.md"] = "# Other\n"
    assert "no such heading" in test_doc_links.findings(pages, exists)[0]


def test_page_without_a_link_to_it_is_found() -> None:
    pages = {"README.md": "[d](docs/a.md)", "docs/a.md": "", "docs/lost.md": ""}
    assert test_doc_links.unreachable(pages, "README.md") == ["docs/lost.md"]


def test_public_name_that_is_gone_is_found() -> None:
    page = "## `delfin.exception`\n\n`DelfinException`, `NoSuchThing`\n\n## `delfin.nowhere`\n"
    found = test_public_surface.findings(page)
    assert [said.partition(":")[0] for said in found] == [
        "delfin.exception.NoSuchThing",
        "delfin.nowhere",
    ]


def test_file_lost_in_packaging_is_found() -> None:
    tree = ["delfin/a.py", "delfin/web/page.html", "docs/a.md"]
    assert test_package.missing(tree, ["delfin/a.py"]) == ["delfin/web/page.html"]


class _Base(DeclarativeBase):
    """A catalog of its own, so that the broken kinds below stay out of the real one."""


class _Storage(_Base):
    __tablename__ = "storages"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)


def _kind(
    name: str,
    *,
    filters: tuple[str, ...] = ("native_thing_id", "pool"),
    doc: str = "Its pool",
    unique: tuple[str, ...] = ("storage_id", "native_thing_id"),
    cascade: str | None = "CASCADE",
    indexed: bool = True,
    native: bool = True,
    refers_to: str = "pools",
    embed: bool = False,
) -> ResourceKind:
    """A consistent kind, but for what the arguments break."""
    columns = {
        "__tablename__": name,
        "__table_args__": (UniqueConstraint(*unique),),
        "id": mapped_column(String(36), primary_key=True, doc="Id"),
        "storage_id": mapped_column(ForeignKey("storages.id", ondelete=cascade), doc="Storage"),
        "native_thing_id": mapped_column(
            String(255), doc="Native id", info={"native_id": native}, index=True
        ),
        "pool": mapped_column(String(255), doc=doc, info={"refers_to": refers_to}, index=indexed),
    }
    model = type(f"Model_{name}", (_Base,), columns)
    return ResourceKind(
        model=model,
        lister="list_things",
        missing=NotFound,
        filters=filters,
        embed=Embed("pool", model, by="nothing", shows="pool") if embed else None,
    )


BROKEN: dict[str, tuple[Callable[[], ResourceKind], str]] = {
    "filter": (lambda: _kind("a", filters=("native_thing_id", "colour")), "is no column"),
    "native_filter": (lambda: _kind("b", filters=("pool",)), "must be a filter"),
    "no_native": (lambda: _kind("c", native=False), "exactly one column is the native id"),
    "doc": (lambda: _kind("d", doc=""), "has no doc"),
    "unique": (lambda: _kind("e", unique=("native_thing_id",)), "no unique key"),
    "cascade": (lambda: _kind("f", cascade=None), "ON DELETE CASCADE"),
    "index": (lambda: _kind("g", indexed=False), "has no index"),
    "reference": (lambda: _kind("h", refers_to="ponds"), "is no resource kind"),
    "embed": (lambda: _kind("i", embed=True), "has no column 'nothing'"),
    "embed_hides": (lambda: _kind("j", embed=True), "would hide a column"),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_inconsistent_kind_is_found(case: str) -> None:
    build, said = BROKEN[case]
    assert any(said in finding for finding in registry_findings(build(), {"pools"}))


def test_consistent_kind_passes_and_a_repeated_one_is_found() -> None:
    kind = _kind("good")
    assert registry_findings(kind, {"pools"}) == []
    assert repeated_keys([kind, kind]) == ["good"]
