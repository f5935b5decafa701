"""The commands that the driver runs: all of them, all read only, none with a part from outside.

They are sent as `env ... sh -c '...'`, so that neither the login shell nor the language of the
account matters; a script must therefore not contain a single quote. `{sudo}` stands where sudo
is put when the access info asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

_ENVIRONMENT = "LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"


@dataclass(frozen=True)
class Command:
    """One command; 'right' is what an account needs so that it answers in full."""

    tool: str
    script: str
    right: str = "an ordinary account"

    def line(self, *, sudo: bool) -> str:
        script = self.script.replace("{sudo}", "sudo -n " if sudo else "")
        return f"env {_ENVIRONMENT} sh -c '{script}'"


# One report for pools, volumes and physical volumes: LVM takes it under the lock of each group.
# Segment reports cannot be left out, so each is cut to one column. lvm2 2.03.16, lvmreport(7).
LVM = Command(
    "lvm",
    "{sudo}lvm fullreport --reportformat json --units b --nosuffix"
    " --configreport vg --options vg_uuid,vg_name,vg_size,vg_free,vg_partial,vg_exported"
    " --configreport pv --options pv_name,pv_major,pv_minor,pv_missing"
    " --configreport lv --options lv_uuid,lv_name,lv_path,lv_dm_path,lv_size,origin_size"
    ",lv_layout,lv_role,lv_active,lv_health_status,pool_lv_uuid,data_percent"
    ",lv_kernel_major,lv_kernel_minor"
    " --configreport pvseg --options pvseg_start --configreport seg --options segtype",
    "root, or sudo for 'lvm fullreport' without a password",
)

# util-linux 2.38, lsblk(8).
BLOCK_DEVICES = Command(
    "lsblk",
    "lsblk --json --bytes --output KNAME,MAJ:MIN,TYPE,SIZE,ROTA,TRAN,VENDOR,MODEL,SERIAL,REV"
    ",WWN,STATE,FSTYPE,MOUNTPOINT",
)

# A disk at rest is left at rest. Disks behind RAID controllers are not asked.
# smartmontools 7.3, smartctl(8).
SMART = Command(
    "smartctl",
    "command -v smartctl >/dev/null || exit 0;"
    " for disk in /sys/block/sd* /sys/block/hd* /sys/block/nvme*; do"
    ' if [ -e "$disk" ]; then'
    ' {sudo}smartctl --json=c -n standby -i -H "/dev/${disk##*/}"; echo; fi;'
    " done; exit 0",
    "root, or sudo for 'smartctl' without a password",
)

# util-linux 2.38, findmnt(8).
MOUNTS = Command(
    "findmnt",
    "findmnt --json --bytes --list --output SOURCE,TARGET,FSTYPE,SIZE,USED,UUID,MAJ:MIN",
)

# iproute2 6.1, ip-address(8); a link without carrier refuses to tell its speed.
ADDRESSES = Command("ip", "ip -json -details address show")
LINK_SPEEDS = Command("grep", 'grep -sHZ "" /sys/class/net/*/speed; exit 0')

# What the NFS server exports now, as exportfs keeps it; exportfs itself asks for root and, when
# refused, answers nothing and success. Without the file there is no NFS server. nfs-utils 2.6.
NFS_EXPORTS = Command(
    "cat",
    "if [ -e /var/lib/nfs/etab ]; then cat /var/lib/nfs/etab; fi",
    "read access to /var/lib/nfs/etab",
)

# samba 4.17, testparm(1). Client machines have the tool and a sample configuration, but no smbd.
SMB_SHARES = Command(
    "testparm",
    "if command -v smbd >/dev/null; then testparm --suppress-prompt; fi",
    "read access to the Samba configuration",
)

# The kernel's target as configfs shows it: folders and links, then the small files that matter.
# `auth` holds the secrets of initiators and is never opened. Kernel 6.1, target/configfs.
TARGET = Command(
    "find",
    "if [ -d /sys/kernel/config/target ]; then cd /sys/kernel/config/target || exit 1;"
    r" find . \( -name statistics -o -name fabric_statistics -o -name auth -o -name attrib"
    r" -o -name param -o -name alua \) -prune -o \( -type d -o -type l \)"
    r' -printf "%p\t%l\n" || exit 1; printf "\n";'
    ' grep -rsHZ "" . --include=info --include=udev_path --include=enable'
    " --exclude-dir=statistics --exclude-dir=fabric_statistics --exclude-dir=auth"
    " --exclude-dir=attrib --exclude-dir=param --exclude-dir=alua; exit 0;"
    " elif [ -d /sys/module/target_core_mod ]; then"
    " echo configfs is not mounted at /sys/kernel/config >&2; exit 1; fi",
    "read access to /sys/kernel/config/target",
)

FACTS = Command(
    "grep",
    'grep -sHZ "" /etc/machine-id /etc/os-release /usr/lib/os-release'
    " /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /sys/devices/system/cpu/present"
    " /sys/class/dmi/id/product_uuid /sys/class/dmi/id/sys_vendor"
    " /sys/class/dmi/id/product_name; grep -sHZ MemTotal /proc/meminfo;"
    ' grep -sHZ -m 1 "^model name" /proc/cpuinfo; exit 0',
)

# By the name of the `HostClient` call that asks for it.
ALL = {
    "lvm": LVM,
    "block_devices": BLOCK_DEVICES,
    "smart": SMART,
    "mounts": MOUNTS,
    "addresses": ADDRESSES,
    "link_speeds": LINK_SPEEDS,
    "nfs_exports": NFS_EXPORTS,
    "smb_shares": SMB_SHARES,
    "target": TARGET,
    "facts": FACTS,
}
