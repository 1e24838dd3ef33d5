# The interfaces of the node, and the switch that they are connected to, which is a namespace.
ip netns add switch
ip -n switch link add br0 type bridge
ip -n switch link set br0 up

# cable NAME: an interface of the node, and its port of the switch.
cable() { ip link add "$1" type veth peer name "$1-port" netns switch && ip -n switch link set "$1-port" "${@:2}"; }

# bond NAME MODE PART...: with MII monitoring.
bond() {
  ip link add "$1" type bond miimon 50 mode $2
  for part in "${@:3}"; do ip link set "$part" master "$1"; done
  ip link set "$1" up
}

for name in eth1 eth2 eth5 eth6; do cable "$name" master br0 up; done
bond bond0 active-backup eth1 eth2
bond bond2 balance-alb eth5 eth6

# Link aggregation takes a partner: a bond at the switch.
ip -n switch link add lag type bond mode 802.3ad miimon 50 lacp_rate fast
for name in eth3 eth4; do cable "$name" master lag; done
ip -n switch link set lag up
bond bond1 '802.3ad lacp_rate fast' eth3 eth4

ip link add link bond0 name bond0.7 type vlan id 7

ip addr add 10.99.0.1/24 dev vec0
for name in lo vec0 bond0.7; do ip link set "$name" up; done
