#!/bin/bash
# First process of a User-Mode Linux storage host. The kernel command line hands over 'delfin_dir',
# a folder of the machine outside; the root file system is that machine's own, read only, so all
# that this host changes about itself lies on tmpfs or is bound over the file in question.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
own=$delfin_dir
mount -t proc proc /proc; mount -t sysfs sys /sys
mkdir -p /dev/pts; mount -t devpts devpts /dev/pts; ln -sf /proc/self/fd /dev/fd
for folder in /run /mnt /root /etc/samba /etc/sudoers.d /usr/local/sbin; do
    mount -t tmpfs tmpfs "$folder"
done
mkdir -p /run/lock/lvm /run/lvm /run/sshd /run/etc
hostname umlstor
cp -r /etc/lvm /run/etc/lvm; mount --bind /run/etc/lvm /etc/lvm
for file in passwd shadow group exports machine-id sudoers; do
    cp -p "$own/etc/$file" "/run/etc/$file"; mount --bind "/run/etc/$file" "/etc/$file"
done
cp "$own/etc/smb.conf" /etc/samba/smb.conf
mount -t tmpfs tmpfs /var/lib/nfs; touch /var/lib/nfs/etab
# That a Samba server is installed shows in its binary; nothing starts it.
ln -s /bin/true /usr/local/sbin/smbd
module() { modprobe -d "$own/modules" "$@"; }

ip link set lo up; ip addr add 10.77.0.2/30 dev vec0; ip link set vec0 up
for name in dm-mod dm-thin-pool dm-snapshot raid1 dm-raid configfs; do module "$name"; done
sed -i '
    s/# *udev_sync = 1/udev_sync = 0/; s/# *udev_rules = 1/udev_rules = 0/
    s/# obtain_device_list_from_udev = .*/obtain_device_list_from_udev = 0/
    s/# *use_devicesfile = .*/use_devicesfile = 0/
    s@^[[:space:]]*# types = .*@types = [ "ubd", 16 ]@' /etc/lvm/lvm.conf

pvcreate -qqy /dev/ubda /dev/ubdb
vgcreate -qq vg0 /dev/ubda /dev/ubdb
lvcreate -qqy -Wn -L 200M -n lv1 vg0
lvcreate -qqy -L 400M -T vg0/tp
lvcreate -qqy -V 2G -T vg0/tp -n thin1
lvcreate -qqy -V 1G -T vg0/tp -n thin2
lvcreate -qqy -s -L 48M -n snap1 vg0/lv1
lvcreate -qqy -Wn -L 8M -n asleep vg0; lvchange -an vg0/asleep
lvcreate -qqy -Wn --type raid1 -L 16M -n mirrored vg0
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 /dev/vg0/thin2; mkdir -p /mnt/thin2; mount /dev/vg0/thin2 /mnt/thin2
dd if=/dev/urandom of=/dev/vg0/thin1 bs=1M count=60 status=none
dd if=/dev/urandom of=/mnt/thin2/data bs=1M count=20 status=none; sync

module sd_mod; module scsi_debug num_tgts=2 max_luns=1 dev_size_mb=32
module iscsi_target_mod; module target_core_iblock
mount -t configfs none /sys/kernel/config
lio=/sys/kernel/config/target
backstore() { # name, serial: a block backstore over the logical volume of that name
    mkdir -p "$lio/core/iblock_$3/$1"; cd "$lio/core/iblock_$3/$1" || exit
    echo "udev_path=/dev/vg0/$1" >control; echo "$2" >wwn/vpd_unit_serial
    echo "/dev/vg0/$1" >udev_path; echo 1 >enable
}
backstore lv1 11111111-2222-3333-4444-555555555501 0
backstore thin1 11111111-2222-3333-4444-555555555502 1
tpg=$lio/iscsi/iqn.2026-01.com.example:tgt1/tpgt_1
mkdir -p "$tpg/lun/lun_0" "$tpg/lun/lun_1" "$tpg/np/10.77.0.2:3260"
ln -s "$lio/core/iblock_0/lv1" "$tpg/lun/lun_0/backstore"
ln -s "$lio/core/iblock_1/thin1" "$tpg/lun/lun_1/backstore"
mapped() { # host, number it sees, number here: a mapped LUN in the host's access list
    acl=$tpg/acls/iqn.1993-08.org.debian:$1/lun_$2
    mkdir -p "$acl"; ln -s "$tpg/lun/lun_$3" "$acl/lun"
}
mapped host1 0 0; mapped host1 1 1; mapped host2 7 1
echo 1 >"$tpg/enable"
cd / || exit
exportfs -ra
/usr/sbin/sshd -f "$own/sshd_config"
echo "UML-READY $(cut -d' ' -f1 /proc/uptime)"
while :; do sleep 3600; done
