"""The files under /etc that make a storage host for the tests: accounts, rights, exports."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

PASSWORD = "known-Passw0rd"
MACHINE_ID = "0123456789abcdef0123456789abcdef"
# One account without rights; one that has those which the guide tells to give.
PLAIN, TRUSTED = "plain", "delfin"
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "linux-lvm.md"


def write(folder: Path, *, exported: str) -> None:
    """Fill 'folder' with an /etc; 'exported' is the path that NFS and SMB share."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    )
    crypted = done.stdout.strip()
    # sshd gives its privilege-less half the account of this name.
    (folder / "passwd").write_text(
        "root:x:0:0:root:/root:/bin/sh\n"
        "sshd:x:109:65534::/run/sshd:/usr/sbin/nologin\n"
        f"{PLAIN}:x:4242:4242::/:/bin/sh\n"
        f"{TRUSTED}:x:4243:4243::/:/bin/sh\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    )
    (folder / "group").write_text(
        f"root:x:0:\ndisk:x:6:\n{PLAIN}:x:4242:\n{TRUSTED}:x:4243:\nnogroup:x:65534:\n"
    )
    shadow = folder / "shadow"
    shadow.write_text(
        "".join(f"{name}:{crypted}:20000:0:99999:7:::\n" for name in ("root", PLAIN, TRUSTED))
    )
    shadow.chmod(0o600)
    (folder / "machine-id").write_text(f"{MACHINE_ID}\n")
    (folder / "exports").write_text(f"{exported} 10.0.0.0/8(ro,no_subtree_check)\n")
    (folder / "smb.conf").write_text(
        "[global]\n  workgroup = TEST\n"
        f"[projects]\n  path = {exported}\n  comment = What we work on\n"
        "[homes]\n  path = /home/%S\n"
        "[printers]\n  path = /var/spool/samba\n  printable = yes\n"
    )
    sudoers = folder / "sudoers"
    sudoers.write_text(f"root ALL=(ALL:ALL) ALL\n{guided_rights()}")
    sudoers.chmod(0o440)


def guided_rights() -> str:
    """What the guide tells an administrator to put into sudoers."""
    block = re.search(r"```sudoers\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert block, "the guide has no block of sudoers"
    return "".join(line.strip() + "\n" for line in block[1].splitlines())


def write_sshd(folder: Path, *, address: str, port: int) -> None:
    """A configuration and host keys; log in by password only."""
    for kind in ("ed25519", "rsa", "ecdsa"):
        key = folder / f"host_{kind}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key)], check=True)
    keys = "".join(f"HostKey {folder}/host_{kind}\n" for kind in ("ed25519", "rsa", "ecdsa"))
    (folder / "sshd_config").write_text(
        f"ListenAddress {address}\nPort {port}\n{keys}"
        "PasswordAuthentication yes\nPermitRootLogin yes\nPubkeyAuthentication no\n"
        "StrictModes no\nUsePAM no\nUseDNS no\nPidFile none\nLogLevel VERBOSE\n"
        "MaxStartups 100\nMaxSessions 100\n"
    )


def fingerprint(folder: Path, kind: str) -> str:
    line = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(folder / f"host_{kind}.pub")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return line.split()[1]
