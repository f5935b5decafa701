"""What the installer looks at before it changes anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.installer.tree import INSTALLER, ROOT, Tree, script

SCRIPTS = ("install", "uninstall", "lib.sh")


def problems(mode: str, config: str, folder: Path, *options: str) -> str:
    """What preflight.py prints about a configuration; nothing when all is well."""
    file = folder / "delfin.conf"
    file.write_text(config)
    done = subprocess.run(
        [sys.executable, INSTALLER / "preflight.py", "--mode", mode, "--config", file, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr
    assert done.returncode == (1 if done.stdout else 0)
    return done.stdout


def test_a_machine_that_is_ready_has_no_problem(tmp_path: Path) -> None:
    assert not problems("standalone", "[DEFAULT]\ndelfin_listen_port = 0\n", tmp_path, "--ports")


def test_a_port_in_use_is_named(tmp_path: Path, port: int) -> None:
    config = f"[DEFAULT]\ndelfin_listen_port = {port}\n"
    found = problems("standalone", config, tmp_path, "--ports")
    assert f"port {port} at 127.0.0.1 (delfin_listen_port): is in use" in found


def test_no_space_is_a_problem(tmp_path: Path) -> None:
    # No file system of the kernel's own has any.
    assert "0 MiB are free" in problems("standalone", "", tmp_path, "--folder", "/proc/delfin")


def test_servers_that_are_away_are_named_without_their_passwords(tmp_path: Path, port: int) -> None:
    config = (
        "[DEFAULT]\ntransport_url = rabbit://delfin:hid,den@127.0.0.1:1/\n"
        "[database]\nconnection = mysql+pymysql://delfin:hid,den@127.0.0.1:2/delfin\n"
        f"[coordination]\nbackend_type = redis\nbackend_server = 127.0.0.1:{port}/3\n"
    )
    found = problems("cluster", config, tmp_path)
    assert "the message bus cannot be reached: 127.0.0.1 port 1: Connection refused" in found
    assert "the database cannot be reached: 127.0.0.1 port 2: Connection refused" in found
    assert "hid" not in found
    assert "den" not in found
    assert "Redis" not in found


def test_one_broker_of_several_is_enough(tmp_path: Path, port: int) -> None:
    config = (
        f"[DEFAULT]\ntransport_url = rabbit://u:p@127.0.0.1:1,u:p@127.0.0.1:{port}/\n"
        f"[database]\nconnection = postgresql+psycopg://u:p@127.0.0.1:{port}/delfin\n"
    )
    assert not problems("cluster", config, tmp_path)


def test_daemons_need_a_database_and_a_bus(tmp_path: Path) -> None:
    found = problems("cluster", "[database]\nconnection = sqlite:///one.db\n", tmp_path)
    assert "SQLite is for delfin-standalone" in found
    assert "no [DEFAULT] transport_url" in found


def test_a_configuration_that_is_none_is_refused_without_being_shown(tmp_path: Path) -> None:
    found = problems("standalone", "password = hidden before any group\n", tmp_path)
    assert "cannot be read" in found
    assert "hidden" not in found


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "say --standalone or --cluster"),
        (["--standalone", "--cluster"], "say --standalone or --cluster"),
        (["--standalone", "--listen"], "--listen needs a value"),
        (["--standalone", "--prefix", "/opt/../usr"], "a plain absolute path"),
        (["--standalone", "--prefix", "/"], "a plain absolute path"),
        (["--standalone", "--nonsense"], "unknown option --nonsense"),
        (["--standalone", "--join-keys", "keys"], "--join-keys is for --cluster"),
        (["--cluster"], "daemons need a database"),
    ],
)
def test_what_makes_no_sense_changes_nothing(words: list[str], reason: str, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "root")
    done = tree.install(*words)
    assert done.returncode == 1
    assert reason in done.stderr
    assert not tree.root.exists()


def test_a_dry_run_shows_each_step_and_changes_nothing(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "root")
    said = tree.installed("--standalone", "--dry-run")
    for step in ("-m venv", "pip install", "db upgrade", "delfin-standalone.service"):
        assert step in said
    assert not tree.root.exists()


def test_a_folder_of_others_is_neither_filled_nor_removed(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "root")
    tree.program.mkdir(parents=True)
    theirs = tree.program / "theirs"
    theirs.touch()
    assert "holds something else" in tree.install("--standalone").stderr
    done = script("uninstall", "--purge", "--root", tree.root)
    assert done.returncode == 1
    assert "was not made by delfin's installer" in done.stderr
    assert theirs.exists()


@pytest.mark.service
def test_the_scripts_have_no_pitfall_that_shellcheck_knows() -> None:
    done = subprocess.run(
        ["shellcheck", "--external-sources", *(f"installer/{name}" for name in SCRIPTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
