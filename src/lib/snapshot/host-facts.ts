/**
 * What was read from a node's machine, independent of its daemon: by a shell there, and from its event daemon. A fact that could not be read
 * is absent, and listed in the node's `missing` as `host.NAME` (`host.addresses`). All texts come from the node and may contain anything.
 */
export interface HostFacts extends NetworkFacts {
  /** How it was reached: `locally`, or `ssh root@node1:22`. */
  readonly reachedBy: string
  /** Whether the daemon's own socket answered. If not, what CTDB says about this node comes from other nodes. */
  readonly daemonAnswers: boolean
  /** The host name of the machine. */
  readonly hostname?: string | undefined
  /** The addresses in the kernel, in its order. */
  readonly addresses?: readonly HostAddress[] | undefined
  readonly links?: readonly HostLink[] | undefined
  /** The text of the public addresses file; null where there is none. */
  readonly publicAddressesFile?: string | null | undefined
  /** The text of the nodes file; null where there is none. */
  readonly nodesFile?: string | null | undefined
  /** The text of ctdb.conf; null where there is none. */
  readonly configFile?: string | null | undefined
  /** The text of home_nodes, which says on which node an address is due; null where there is none. Absent in snapshots before format 1.3. */
  readonly homeNodesFile?: string | null | undefined
  /**
   * From which a daemon that starts takes its tunables; only read where no daemon runs. `file`: the text of ctdb.tunables, null where there is
   * none. `directory`: those of tunables.d/*.tunables, one behind the other in alphabetical order.
   */
  readonly tunablesFiles?: { readonly file: string | null; readonly directory: string } | undefined
  /** Names of the event scripts that are enabled, without `.script`: `10.interface`. */
  readonly enabledScripts?: readonly string[] | undefined
  /** The addresses of CTDB's own services, as the options of their scripts have them. Absent in snapshots before format 1.3. */
  readonly serviceAddresses?: readonly ServiceAddress[] | undefined
  /** The results of the scripts in the last run of each event. An event that never ran has no scripts. */
  readonly events?: readonly EventRun[] | undefined
  /** As `ctdb version` prints it: `4.17.12-Debian`. */
  readonly version?: string | undefined
  /** Whether programs can bind to addresses that the node does not have (`net.ipv4.ip_nonlocal_bind`, and the same for IPv6). */
  readonly nonlocalBind?: { readonly ipv4: boolean; readonly ipv6: boolean } | undefined
  /** Names of the interfaces on which a secondary address replaces a deleted primary address. */
  readonly promoteSecondaries?: readonly string[] | undefined
  /** Addresses for which iptables drops all incoming packets. */
  readonly drops?: readonly HostDrop[] | undefined
  /** The bonds, and what is bonded in them. Absent in snapshots before format 1.3. */
  readonly bonds?: readonly HostBond[] | undefined
  /** The addresses that other programs are configured to set on the machine. Absent in snapshots before format 1.3. */
  readonly configuredAddresses?: readonly ForeignAddress[] | undefined
  /**
   * Capabilities that public addresses need, and that the process of ctdbd, or its event scripts, cannot have. Absent where no ctdbd runs that was
   * found, and in snapshots before format 1.3.
   */
  readonly lacking?: readonly Capability[] | undefined
  /** The TCP connections of the port at which daemons reach each other (4379), and those to that port of other nodes. */
  readonly connections?: readonly HostConnection[] | undefined
  /** What is at the place of the cluster lock that ctdb.conf names. */
  readonly lock?: HostLock | undefined
  /** The last lines of the daemon's log, where no daemon runs and a log was found: `place` is its path, or `the journal`. */
  readonly lastLog?: { readonly place: string; readonly lines: readonly string[] } | undefined
}

/** CAP_NET_RAW: ctdbd announces addresses, and sends tickles. CAP_NET_ADMIN: the event scripts add and remove addresses. */
export type Capability = 'CAP_NET_ADMIN' | 'CAP_NET_RAW'

/** What `verify --probe` adds to the facts of a machine: how its networks see the public addresses. */
export interface NetworkFacts {
  readonly linkAddresses?: readonly LinkAddress[] | undefined
  readonly interfaceFilters?: readonly InterfaceFilter[] | undefined
  /** What the neighbour table has of public addresses, before the node asked for any. */
  readonly neighbours?: readonly Neighbour[] | undefined
  /** What the node asked its networks about public addresses. */
  readonly questions?: readonly NetworkQuestion[] | undefined
}

/** The link address (MAC) of an interface: six bytes, lower case, with colons. */
export interface LinkAddress {
  readonly interfaceName: string
  readonly mac: string
}

/** What an interface filters by the addresses in packets, by its own setting and that of all interfaces. IPv4 only. */
export interface InterfaceFilter {
  readonly interfaceName: string
  /** It answers ARP only if the way back leads through it (`arp_filter`). */
  readonly arp: boolean
  /** It drops packets if the way back does not lead through it (`rp_filter` 1, strict). */
  readonly strict: boolean
}

/** An entry of a neighbour table that has a link address. */
export interface Neighbour extends LinkAddress {
  readonly address: string
  /** Set by hand: the kernel never changes it. */
  readonly isPermanent: boolean
  /** Not confirmed lately: the kernel does that when it uses it. Absent if it is not known. */
  readonly isStale?: boolean | undefined
}

/**
 * What a machine that is no node sees of the networks of the public addresses: that on which ctdbts runs. Only of networks where it has seen a
 * node, as there may be several networks with the same addresses.
 */
export interface OutsideFacts {
  /** What its neighbour table has of public addresses. */
  readonly neighbours: readonly Neighbour[]
  /** What it asked its networks about public addresses (`verify --probe`). */
  readonly questions?: readonly NetworkQuestion[] | undefined
}

/** A question to a network: which link address an IP address has (ARP, or neighbour discovery). */
export interface NetworkQuestion {
  readonly address: string
  readonly interfaceName: string
  /** The link addresses in the answers; empty where nobody answered. Absent if it was not asked. */
  readonly macs?: readonly string[] | undefined
  /** Why it was not asked. */
  readonly problem?: string | undefined
}

/** An address in a kernel. */
export interface HostAddress {
  readonly address: string
  readonly maskBits: number
  readonly interfaceName: string
  readonly secondary: boolean
  /** `global`, `link`, `host`. */
  readonly scope: string
  /** Set by DHCP or router advertisements, which may remove it. */
  readonly dynamic: boolean
  /** IPv6: not usable yet, while the kernel checks whether another host has it. */
  readonly tentative: boolean
  /** IPv6: not usable, because another host has it. */
  readonly dadFailed: boolean
  /** Seconds after which the kernel removes it; null for never. */
  readonly validSeconds: number | null
}

/** An interface in a kernel. */
export interface HostLink {
  readonly name: string
  /** Set up by the administrator. */
  readonly up: boolean
  /** The kernel sees a carrier: the cable is connected to a running peer. */
  readonly carrier: boolean
  /** Its alternative names. Absent in snapshots of ctdbts before format 1.2. */
  readonly altnames?: readonly string[] | undefined
  /**
   * What `ip` prints behind an `@`: the interface that a VLAN is on, the peer of a veth; `if8` where that is in another network namespace and
   * has the number 8 there.
   */
  readonly parent?: string | undefined
  /** The interface that it is a part of: its bond, bridge, team or VRF. Absent if it has none, and in snapshots before format 1.3. */
  readonly master?: string | undefined
  /** Whether it is a bond. Absent in snapshots before format 1.2. */
  readonly isBond?: boolean | undefined
  /** The link address of an Ethernet interface: six bytes, lower case, with colons. Absent in snapshots before format 1.3. */
  readonly mac?: string | undefined
}

/** A bond: several interfaces that work as one. */
export interface HostBond {
  readonly name: string
  /** As the kernel calls it: `IEEE 802.3ad Dynamic link aggregation`, `fault-tolerance (active-backup)`. */
  readonly mode: string
  /** Whether 10.interface takes it for one with a link, by what the kernel still says of a bond that is set down. Absent if it is not known. */
  readonly passes?: boolean | undefined
  /** The interfaces that are bonded, in the kernel's order. */
  readonly members: readonly BondMember[]
  /** 802.3ad: the link address of the switch that takes part in it; null where none does. Absent where the kernel does not tell it. */
  readonly partner?: string | null | undefined
}

/** An interface that is bonded. */
export interface BondMember {
  readonly name: string
  /** Whether it works, as the bond says: by its link, or by ARP monitoring. */
  readonly up: boolean
  /** 802.3ad: the link address of the switch at its port; null where that takes no part. Absent where the kernel does not tell it. */
  readonly partner?: string | null | undefined
}

/** The address of a service that an event script of CTDB provides: 11.natgw or 91.lvs. */
export interface ServiceAddress {
  readonly service: 'NATGW' | 'LVS'
  /** In normal form. */
  readonly address: string
}

/** An address that the configuration of another program than CTDB gives to the machine. */
export interface ForeignAddress {
  readonly by: 'systemd-networkd' | 'NetworkManager' | 'keepalived' | 'ifupdown' | 'network-scripts'
  /** The path of the file. */
  readonly file: string
  /** In normal form. */
  readonly address: string
}

/** The last run of an event of the component `legacy`. */
export interface EventRun {
  /** `startup`, `monitor`, `takeip`, `releaseip`, `ipreallocated`. */
  readonly event: string
  readonly scripts: readonly ScriptRun[]
}

/** The last run of an event script. */
export interface ScriptRun {
  readonly name: string
  /** Seconds since 1970. */
  readonly begin: number
  readonly end: number
  /** 0 success; -8 (ENOEXEC) disabled; -110 (ETIMEDOUT) timed out; else its exit status, or another negative errno. */
  readonly result: number
  readonly output: string
}

/** A rule `INPUT -i INTERFACE -d ADDRESS -j DROP`. */
export interface HostDrop {
  readonly interfaceName: string
  readonly address: string
}

/** A TCP connection in a kernel. */
export interface HostConnection {
  /** `LISTEN` waits for connections, `ESTAB` is up, `SYN-SENT` has no answer yet. */
  readonly state: 'LISTEN' | 'ESTAB' | 'SYN-SENT'
  readonly local: ConnectionEnd
  readonly peer: ConnectionEnd
  /** How often the same was sent again without an answer. */
  readonly resent: number
}

/** One end of a connection. */
export interface ConnectionEnd {
  /** `0.0.0.0`, `::` or `*` for all. */
  readonly address: string
  /** Null for any. */
  readonly port: number | null
}

/** The cluster lock of a node's ctdb.conf, and what the node finds there. */
export interface HostLock {
  /** As in ctdb.conf; empty where there is none. */
  readonly setting: string
  /** Whether there is no such program, where the lock is a command. */
  readonly isHelperAbsent?: boolean | undefined
  /** Where the lock is a file, also by way of `ctdb_mutex_fcntl_helper`. */
  readonly place?: LockPlace | undefined
}

/** What a node finds at the path of its cluster lock. */
export interface LockPlace {
  /** Differs from start to start of a kernel; processes and containers of one kernel have the same. Absent if it cannot be read. */
  readonly bootId?: string | undefined
  /** Null where there is no such file. */
  readonly file: LockFile | null
  /** Whether the folder of the file exists. */
  readonly hasFolder: boolean
  /** The kernel's word for what is wrong with the file system: `Stale file handle`. */
  readonly problem?: string | undefined
  /** The mount that the file is on, or would be on. Absent if that is not certain. */
  readonly mount?: LockMount | undefined
  /** The processes that have locked the file, as far as this kernel knows of them. Not all file systems tell it of locks. */
  readonly holders: readonly LockHolder[]
}

/** A file, behind all links. */
export interface LockFile {
  /** `major:minor`. */
  readonly device: string
  readonly inode: string
  readonly isRegular: boolean
}

/** A mount, as in /proc/self/mountinfo. */
export interface LockMount {
  /** `nfs4`, `gpfs`, `fuse.glusterfs`. */
  readonly type: string
  /** `/dev/sda1`, `server:/export`. */
  readonly source: string
  /** Those of its options that are about locks: `local_lock=all`. */
  readonly lockOptions: readonly string[]
}

/** A process with a POSIX lock on a file. */
export interface LockHolder {
  readonly pid: number
  /** The first 15 characters of its name. */
  readonly name: string
}
