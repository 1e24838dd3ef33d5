/**
 * What was read from a node's machine, independent of its daemon: by a shell there, and from its event daemon. A fact that could not be read
 * is absent, and listed in the node's `missing` as `host.NAME` (`host.addresses`). All texts come from the node and may contain anything.
 */
export interface HostFacts {
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
  /**
   * From which a daemon that starts takes its tunables; only read where no daemon runs. `file`: the text of ctdb.tunables, null where there is
   * none. `directory`: those of tunables.d/*.tunables, one behind the other in alphabetical order.
   */
  readonly tunablesFiles?: { readonly file: string | null; readonly directory: string } | undefined
  /** Names of the event scripts that are enabled, without `.script`: `10.interface`. */
  readonly enabledScripts?: readonly string[] | undefined
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
  /** The last lines of the daemon's log, where no daemon runs and a log was found: `place` is its path, or `the journal`. */
  readonly lastLog?: { readonly place: string; readonly lines: readonly string[] } | undefined
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
  /** Whether it is a bond. Absent in snapshots before format 1.2. */
  readonly isBond?: boolean | undefined
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
