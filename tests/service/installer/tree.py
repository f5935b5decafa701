"""A folder that stands for the root folder of a machine, and the installer's scripts run on it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
INSTALLER = ROOT / "installer"
CLUSTER = {"delfin-api.service", "delfin-task.service", "delfin-alert.service"}
UNITS = (*sorted(CLUSTER), "delfin-standalone.service")


class Tree:
    """Paths as they will be on the machine, below 'root'."""

    def __init__(self, root: Path, source: Path = ROOT) -> None:
        self.root = root
        self.source = source
        self.program = root / "opt/delfin"
        self.config = root / "etc/delfin/delfin.conf"
        self.state = root / "var/lib/delfin"
        self.keys = self.state / "keys"
        self.units = root / "etc/systemd/system"

    def install(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return script("install", "--root", self.root, *words, source=self.source)

    def installed(self, *words: str | Path) -> str:
        """What an installation that succeeds prints."""
        done = self.install(*words)
        assert done.returncode == 0, done
        return done.stdout

    def uninstalled(self, *words: str | Path) -> str:
        """Likewise of a removal."""
        done = script("uninstall", "--root", self.root, *words, source=self.source)
        assert done.returncode == 0, done
        return done.stdout

    def configure(self, option: str, value: str) -> None:
        """Edits delfin.conf as an operator would."""
        text = self.config.read_text()
        self.config.write_text(text + f"\n[DEFAULT]\n{option} = {value}\n")

    def services(self) -> set[str]:
        return {path.name for path in self.units.glob("*.service")}

    def command(self, name: str) -> list[str | Path]:
        """A console script; its first line names the Python of the machine to come."""
        return [
            self.program / "bin/python",
            self.program / "bin" / name,
            "--config-file",
            self.config,
        ]


def script(name: str, *words: str | Path, source: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """One of the installer's scripts, run to its end."""
    return subprocess.run(
        [source / "installer" / name, *words],
        env=environment(PIP_NO_COMPILE="1"),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def environment(**settings: str) -> dict[str, str]:
    """That of these tests, without what would configure delfin."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OS_", "DELFIN_"))}
    return {**kept, **settings}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
