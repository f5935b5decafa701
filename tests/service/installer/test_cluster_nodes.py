"""Nodes of a cluster are installed: the first, and others that need its keys and configuration."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import throw_away_database
from tests.service.installer.tree import Tree

pytestmark = pytest.mark.service


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    with throw_away_database("postgresql", tmp_path) as url:
        yield url


def bare(tree: Tree) -> None:
    """The program is there, as on a node whose installation was cut off; the rest is not."""
    shutil.rmtree(tree.state)
    tree.config.unlink()


@pytest.fixture
def servers(database: str, port: int) -> list[str]:
    """Options that name a database, and somebody who listens as a broker would."""
    bus = f"rabbit://delfin:pa$$word@127.0.0.1:{port}/delfin"
    return ["--cluster", "--database", database, "--transport-url", bus]


def test_a_second_node_needs_the_keys_and_the_configuration_of_the_first(
    tree: Tree, servers: list[str], tmp_path: Path
) -> None:
    bare(tree)
    assert "empty -> 0001" in tree.installed(*servers)
    assert tree.services() == {"delfin-api.service", "delfin-task.service"}
    keys, config = tmp_path / "keys", tmp_path / "first.conf"
    shutil.copy(tree.keys, keys)
    shutil.copy(tree.config, config)
    bare(tree)

    refused = tree.install("--cluster", "--config", config)
    assert refused.returncode == 1
    assert "another node uses this database: give --join-keys" in refused.stderr
    assert not tree.keys.exists()

    tree.installed("--cluster", "--config", config, "--join-keys", keys)
    assert tree.keys.read_bytes() == keys.read_bytes()
    assert tree.config.read_bytes() == config.read_bytes()

    keys.write_text("keys of another cluster\n")
    config.write_text("[DEFAULT]\n")
    refused = tree.install("--cluster", "--join-keys", keys)
    assert "differs from" in refused.stderr
    refused = tree.install("--cluster", "--config", config)
    assert "differs from" in refused.stderr


def test_a_dollar_in_a_password_stays_one(tree: Tree, servers: list[str]) -> None:
    bare(tree)
    tree.installed(*servers)
    assert "pa$$$$word@" in tree.config.read_text()


def test_other_services_go_when_a_node_changes_its_kind(tree: Tree, servers: list[str]) -> None:
    tree.config.unlink()
    tree.installed(*servers, "--new-keys")
    assert tree.services() == {"delfin-api.service", "delfin-task.service"}
    tree.config.unlink()
    tree.installed("--standalone")
    assert tree.services() == {"delfin-standalone.service"}
