"""Nodes of a cluster are installed: the first, and others that need its keys and configuration."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import throw_away_database
from tests.service.installer.head import HEAD
from tests.service.installer.tree import CLUSTER, Tree

pytestmark = pytest.mark.service

LOW_PORT = "delfin-alert.service.d/20-low-port.conf"


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
    assert f"empty -> {HEAD}" in tree.installed(*servers)
    assert tree.services() == CLUSTER
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
    assert tree.services() == CLUSTER
    low_port = tree.units / LOW_PORT
    assert low_port.is_file()
    tree.config.unlink()
    tree.installed("--standalone")
    assert tree.services() == {"delfin-standalone.service"}
    assert not low_port.parent.exists()


def test_only_alerts_may_arrive_at_a_low_port_and_drop_ins_of_operators_stay(
    tree: Tree, servers: list[str]
) -> None:
    tree.config.unlink()
    tree.installed(*servers, "--new-keys")
    theirs = tree.units / "delfin-alert.service.d/override.conf"
    theirs.touch()
    granting = [path for path in tree.units.rglob("*") if path.is_file() and grants(path)]
    assert granting == [tree.units / LOW_PORT]
    tree.uninstalled()
    assert not (tree.units / LOW_PORT).exists()
    assert theirs.exists()


def grants(path: Path) -> bool:
    return "CAP_" in path.read_text()
