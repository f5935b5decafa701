"""delfin-standalone is installed, installed again, started and removed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests

from tests.service.installer.head import HEAD
from tests.service.installer.tree import Tree, environment, mode
from tests.waiting import wait_until

pytestmark = pytest.mark.service

HARDENING = "delfin-.service.d/10-hardening.conf"


def test_everything_is_where_the_service_looks_for_it(first: Tree) -> None:
    assert first.services() == {"delfin-standalone.service"}
    unit = (first.units / "delfin-standalone.service").read_text()
    assert "ExecStart=/opt/delfin/bin/delfin-standalone --config-file /etc/delfin/" in unit
    assert "@" not in unit
    assert (first.units / HARDENING).is_file()
    assert mode(first.config) == 0o640
    assert mode(first.config.parent) == 0o750
    assert mode(first.keys) == 0o600
    assert mode(first.state / "delfin.db") == 0o600
    assert "state_path = /var/lib/delfin\n" in first.config.read_text()


def test_the_program_names_no_folder_of_the_machine_that_installed_it(first: Tree) -> None:
    scripts = [path for path in (first.program / "bin").iterdir() if not path.is_symlink()]
    assert first.program / "bin/delfin-manage" in scripts
    for path in (*scripts, first.program / "pyvenv.cfg"):
        assert str(first.root).encode() not in path.read_bytes(), path


def test_the_installed_program_starts_and_answers(tree: Tree, tmp_path: Path) -> None:
    said = tmp_path / "said"

    def announced() -> str:
        words, _, more = said.read_text().partition("delfin is ready at ")[2].partition("\n")
        return words if more else ""

    with said.open("wb") as output:
        process = subprocess.Popen(
            tree.command("delfin-standalone"),
            env=environment(
                OS_DEFAULT__STATE_PATH=str(tree.state), OS_DEFAULT__DELFIN_LISTEN_PORT="0"
            ),
            cwd="/",
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = wait_until(announced)
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{url}/v1/storages", timeout=30)
        assert answer.status_code == 200
        assert answer.json() == {"storages": []}
    finally:
        process.terminate()
        assert process.wait(30) == 0, said.read_text()


def test_a_second_run_keeps_configuration_keys_and_data(tree: Tree) -> None:
    tree.configure("api_threads", "3")
    config, keys = tree.config.read_bytes(), tree.keys.read_bytes()
    (tree.state / "of-an-operator").touch()
    said = tree.installed("--standalone", "--port", "9999")
    assert "up to date" in said
    assert f"{HEAD} -> {HEAD}" in said
    assert (tree.config.read_bytes(), tree.keys.read_bytes()) == (config, keys)
    assert (tree.state / "of-an-operator").exists()
    assert tree.services() == {"delfin-standalone.service"}


def test_a_damaged_program_is_installed_again_and_data_stays(tree: Tree) -> None:
    keys = tree.keys.read_bytes()
    (tree.program / ".delfin-installation").unlink()
    (tree.program / ".delfin-installation").write_text("of another release\n")
    module = next(tree.program.glob("lib/*/site-packages/delfin/service.py"))
    module.unlink()
    assert "Installing delfin into" in tree.installed("--standalone")
    assert module.is_file()
    assert tree.keys.read_bytes() == keys


def test_a_removal_keeps_data_and_a_later_installation_finds_it(tree: Tree) -> None:
    config, keys = tree.config.read_bytes(), tree.keys.read_bytes()
    assert "--purge" in tree.uninstalled()
    assert not tree.program.exists()
    assert not tree.services()
    assert not (tree.units / HARDENING).parent.exists()
    assert (tree.config.read_bytes(), tree.keys.read_bytes()) == (config, keys)
    assert (tree.state / "delfin.db").is_file()
    tree.uninstalled()


def test_a_purge_leaves_nothing_and_may_be_repeated(tree: Tree) -> None:
    for _ in range(2):
        tree.uninstalled("--purge")
        left = [path for path in tree.root.rglob("*") if not path.is_dir()]
        assert not left
        assert not tree.state.exists()
        assert not tree.config.parent.exists()
