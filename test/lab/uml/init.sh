#!/bin/bash
# The first process of a User-mode Linux that is a node of CTDB. Its root is the machine's own, below a file system in memory that takes all
# that is written. Parameters come as variables from the kernel's command line: UML_DIRECTORY, the folder with what is here for this node.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { echo "FAILED: $*"; echo o >/proc/sysrq-trigger; sleep 10; }

if [ "$1" != inner ]; then
  mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t tmpfs run /run || fail 'mount'
  # The modules of this kernel are in no place where modprobe looks.
  mkdir -p /run/modules/lib /run/upper /run/work /run/root
  ln -s /usr/lib/uml/modules /run/modules/lib/modules
  modprobe -d /run/modules overlay || fail 'modprobe overlay'
  mount -t overlay overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work /run/root || fail 'mount overlay'
  cd /run/root || fail 'no root'
  for folder in proc sys dev; do mount --move "/$folder" "$folder" || fail "mount --move /$folder"; done
  mount -t tmpfs run run && mount -t tmpfs tmp tmp && mkdir -p dev/pts && mount -t devpts devpts dev/pts || fail 'mount'
  mkdir run/node && mount -t hostfs node run/node -o "$UML_DIRECTORY" || fail 'mount hostfs'
  # So that new mount namespaces begin here.
  mount --move . / && exec chroot . /bin/bash "/run/node/init.sh" inner
  fail 'chroot'
fi

mkdir -p /lib/modules && ln -s /usr/lib/uml/modules/* /lib/modules/ || fail 'modules'
modprobe -a bonding veth bridge 8021q ipv6 ip_vs ip_vs_lc iptable_filter ip6table_filter || fail 'modprobe'
for name in /root/.bashrc /root/.profile /root/.bash_profile; do [ ! -e "$name" ] || : >"$name"; done
. /run/node/network.sh || fail 'network.sh'
rm -rf /etc/ctdb && cp -a /run/node/etc /etc/ctdb || fail 'etc'
rm -rf /var/lib/ctdb /var/log/ctdb
mkdir -p /var/lib/ctdb/volatile /var/lib/ctdb/persistent /var/lib/ctdb/state /var/log/ctdb /run/ctdb /run/sshd
/usr/sbin/sshd -f /etc/ctdb/sshd_config || fail 'sshd'
/usr/sbin/ctdbd || fail 'ctdbd'
echo READY
# The shell waits for processes that others leave behind.
while sleep 1000; do :; done
