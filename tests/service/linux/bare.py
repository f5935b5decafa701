"""This machine as a storage host: its kernel, LVM on loop devices, an sshd in a mount namespace."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.service.linux import etc_files

HERE = Path(__file__).parent
MIB = 2**20
DEADLINE = 30

# The kernel need not have device mapper: LVM then keeps its metadata and activates nothing.
_LVM_CONF = """
devices {{
    filter = [ {accepted} "r|.*|" ]
    use_devicesfile = 0
    obtain_device_list_from_udev = 0
    scan_lvs = 0
}}
global {{ activation = 0 use_lvmpolld = 0 event_activation = 0 }}
activation {{ udev_sync = 0 udev_rules = 0 monitoring = 0 }}
backup {{ backup = 0 archive = 0 }}
"""

_THIN_POOL = """
tp {
id = "thinpo-ol00-0000-0000-0000-0000-000001"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
segment_count = 1
segment1 {
start_extent = 0
extent_count = 8
type = "thin-pool"
metadata = "tp_tmeta"
pool = "tp_tdata"
transaction_id = 1
chunk_size = 128
discards = "passdown"
zero_new_blocks = 1
}
}
thin1 {
id = "thinvo-lume-0000-0000-0000-0000-000001"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
segment_count = 1
segment1 {
start_extent = 0
extent_count = 100
type = "thin"
thin_pool = "tp"
transaction_id = 0
device_id = 1
}
}
"""


@dataclass
class BareHost:
    folder: Path
    port: int
    loops: list[str] = field(default_factory=list)
    address: str = "127.0.0.1"

    def lvm(self, *words: str) -> str:
        """Run LVM on this host's volume groups, as its administrator would."""
        done = subprocess.run(
            words,
            env={**os.environ, "LVM_SYSTEM_DIR": str(self.folder / "lvm")}
            | {"LVM_SUPPRESS_FD_WARNINGS": "1", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def sshd_log(self) -> str:
        return (self.folder / "sshd.log").read_text()

    def tried(self, user: str) -> int:
        """How many passwords sshd has judged for an account."""
        return len(re.findall(rf"(?:Accepted|Failed) \w+ for {user} ", self.sshd_log()))


@contextmanager
def bare_host(folder: Path) -> Iterator[BareHost]:
    """A host with two volume groups; everything is gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = BareHost(folder, server.getsockname()[1])
    etc_files.write(folder / "etc", exported="/srv")
    etc_files.write_sshd(folder, address=host.address, port=host.port)
    for name in ("lvm", "samba", "nfs"):
        (folder / name).mkdir()
    (folder / "samba" / "smb.conf").write_bytes((folder / "etc" / "smb.conf").read_bytes())
    (folder / "nfs" / "etab").write_text(
        "/srv\t10.0.0.0/8(ro,sync,no_subtree_check)\n/srv\t192.0.2.7(rw)\n"
        "/srv/two\\040words\t*(ro)\n"
    )
    sshd = None
    try:
        _make_volume_groups(host)
        log = (folder / "sshd.log").open("wb")
        with log:
            sshd = subprocess.Popen(
                [
                    *("unshare", "--mount", "--propagation", "private"),
                    *("sh", str(HERE / "bare_init.sh"), str(folder)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        _wait_for_banner(host, sshd)
        yield host
    finally:
        if sshd is not None:
            sshd.terminate()
            sshd.wait(DEADLINE)
        for loop in host.loops:
            subprocess.run(["losetup", "-d", loop], check=True)


def _make_volume_groups(host: BareHost) -> None:
    for number in range(3):
        image = host.folder / f"disk{number}.img"
        with image.open("wb") as file:
            file.truncate(128 * MIB)
        found = subprocess.run(
            ["losetup", "--find", "--show", str(image)], capture_output=True, text=True, check=True
        )
        host.loops.append(found.stdout.strip())
    accepted = " ".join(f'"a|^{loop}$|",' for loop in host.loops)
    (host.folder / "lvm" / "lvm.conf").write_text(_LVM_CONF.format(accepted=accepted))
    for loop in host.loops:
        host.lvm("pvcreate", "-qqy", loop)
    host.lvm("vgcreate", "-qq", "vgdata", *host.loops[:2])
    host.lvm("vgcreate", "-qq", "vgspare", host.loops[2])
    make = ("lvcreate", "-qqy", "-an", "-Zn", "-Wn")
    host.lvm(*make, "-L", "40M", "-n", "linear", "vgdata")
    host.lvm(*make, "-L", "64M", "-i", "2", "-n", "striped", "vgdata")
    host.lvm(*make, "-L", "32M", "-n", "room_data", "vgdata")
    host.lvm(*make, "-L", "4M", "-n", "room_meta", "vgdata")
    _inject_thin_pool(host)


def _inject_thin_pool(host: BareHost) -> None:
    """LVM makes no thin pool without device mapper, but it reads one from restored metadata."""
    backup = host.folder / "vgdata.backup"
    host.lvm("vgcfgbackup", "-qq", "-f", str(backup), "vgdata")
    text = backup.read_text()
    # LVM does not let anyone make a volume of the name that the parts of a pool have.
    for plain, name in (("room_data", "tp_tdata"), ("room_meta", "tp_tmeta")):
        before, after = text.split(f"{plain} {{", 1)
        hidden = after.replace(', "VISIBLE"', "", 1)
        text = f"{before}{name} {{{hidden}"
    text = text.replace("logical_volumes {", f"logical_volumes {{{_THIN_POOL}", 1)
    backup.write_text(text)
    host.lvm("vgcfgrestore", "-qq", "--force", "-f", str(backup), "vgdata")


def _wait_for_banner(host: BareHost, sshd: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end and sshd.poll() is None:
        try:
            with socket.create_connection((host.address, host.port), timeout=1) as connection:
                if connection.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"sshd did not come up: {host.sshd_log()}")
