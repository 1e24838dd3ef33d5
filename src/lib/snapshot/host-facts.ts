/**
 * What was seen on a node itself, past its daemon: by a shell there, and by its event daemon. A fact that could not be read is absent, and
 * named in the node's `missing` as `host.NAME` (`host.addresses`); all texts are the node's own, and may hold anything.
 */
export interface HostFacts {
  /** How it was reached: `locally`, or `ssh root@node1:22`. */
  readonly reachedBy: string
  /** Whether the daemon's own socket answered. When not, what CTDB says of this node comes from others. */
  readonly daemonAnswers: boolean
  /** What the machine calls itself. */
  readonly hostname?: string | undefined
  /** What the kernel holds, in its order. */
  readonly addresses?: readonly HostAddress[] | undefined
  readonly links?: readonly HostLink[] | undefined
  /** The text of the public addresses file; null where there is none. */
  readonly publicAddressesFile?: string | null | undefined
  /** The text of the nodes file; null where there is none. */
  readonly nodesFile?: string | null | undefined
  /** The text of ctdb.conf; null where there is none. */
  readonly configFile?: string | null | undefined
  /** Names of the event scripts that are enabled, without `.script`: `10.interface`. */
  readonly enabledScripts?: readonly string[] | undefined
  /** How the scripts fared when each event was last run; an event that never ran has no scripts. */
  readonly events?: readonly EventRun[] | undefined
  /** As `ctdb version` prints it: `4.17.12-Debian`. */
  readonly version?: string | undefined
  /** Whether addresses can be bound to that are not there (`net.ipv4.ip_nonlocal_bind`, and the same of IPv6). */
  readonly nonlocalBind?: { readonly ipv4: boolean; readonly ipv6: boolean } | undefined
  /** Names of the interfaces on which, when a primary address goes, a secondary takes its place. */
  readonly promoteSecondaries?: readonly string[] | undefined
  /** Addresses to which iptables drops all that comes in. */
  readonly drops?: readonly HostDrop[] | undefined
}

/** An address in a kernel. */
export interface HostAddress {
  readonly address: string
  readonly maskBits: number
  readonly interfaceName: string
  readonly secondary: boolean
  /** `global`, `link`, `host`. */
  readonly scope: string
  /** Somebody (DHCP, router advertisements) has set it, and may take it away. */
  readonly dynamic: boolean
  /** IPv6: not usable yet, as it is being looked whether somebody else has it. */
  readonly tentative: boolean
  /** IPv6: not usable, as somebody else has it. */
  readonly dadFailed: boolean
  /** Seconds after which the kernel removes it; null for never. */
  readonly validSeconds: number | null
}

/** An interface in a kernel. */
export interface HostLink {
  readonly name: string
  /** Set up by the administrator. */
  readonly up: boolean
  /** A cable is in, and at its other end is somebody. */
  readonly carrier: boolean
}

/** The last run of an event of the component `legacy`. */
export interface EventRun {
  /** `startup`, `monitor`, `takeip`, `releaseip`, `ipreallocated`. */
  readonly event: string
  readonly scripts: readonly ScriptRun[]
}

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
