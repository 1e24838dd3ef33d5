import * as v from 'valibot'
import { parseIp } from '../address/ip-text.ts'
import { RUN_STATES } from '../cluster/run-state.ts'
import type { HostFacts, Neighbour, NetworkQuestion, OutsideFacts } from './host-facts.ts'
import type { NodeFacts, Snapshot } from './snapshot.ts'

// A snapshot from a file must be checked at run time. The compiler compares this schema with the types, so they cannot drift apart. The
// types are separate so that users of the library do not need valibot. Unknown keys are ignored: a newer minor version may have added them.

const pnn = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_fffe))
const u32 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))
const address = v.pipe(
  v.string(),
  v.check(
    (text) => parseIp(text) !== undefined,
    ({ input }) => `${JSON.stringify(input)} is not an IP address`,
  ),
)
const mapEntry = v.object({ pnn, address, flags: u32 })
const knownAddress = v.object({
  address,
  owner: v.nullable(pnn),
  interfaces: v.optional(v.array(v.string())),
  activeInterface: v.optional(v.nullable(v.string())),
})
const whole = v.pipe(v.number(), v.integer())
const text = v.nullable(v.string())
const end = v.object({ address: v.string(), port: v.nullable(whole) })
/** A field that is not here is lost, without a word, when a snapshot is read. */
type AllOf<T> = Record<keyof T, v.GenericSchema>

const neighbours = v.array(
  v.object({
    address,
    interfaceName: v.string(),
    mac: v.string(),
    isPermanent: v.boolean(),
    isStale: v.optional(v.boolean()),
  } satisfies AllOf<Neighbour>),
)
const questions = v.array(
  v.object({
    address,
    interfaceName: v.string(),
    macs: v.optional(v.array(v.string())),
    problem: v.optional(v.string()),
  } satisfies AllOf<NetworkQuestion>),
)

const hostFacts = v.object({
  reachedBy: v.string(),
  daemonAnswers: v.boolean(),
  addresses: v.optional(
    v.array(
      v.object({
        address,
        maskBits: v.pipe(whole, v.minValue(0), v.maxValue(128)),
        interfaceName: v.string(),
        secondary: v.boolean(),
        scope: v.string(),
        dynamic: v.boolean(),
        tentative: v.boolean(),
        dadFailed: v.boolean(),
        validSeconds: v.nullable(v.number()),
      }),
    ),
  ),
  links: v.optional(
    v.array(
      v.object({
        name: v.string(),
        up: v.boolean(),
        carrier: v.boolean(),
        altnames: v.optional(v.array(v.string())),
        parent: v.optional(v.string()),
        master: v.optional(v.string()),
        isBond: v.optional(v.boolean()),
        mac: v.optional(v.string()),
      }),
    ),
  ),
  publicAddressesFile: v.optional(text),
  nodesFile: v.optional(text),
  configFile: v.optional(text),
  homeNodesFile: v.optional(text),
  tunablesFiles: v.optional(v.object({ file: text, directory: v.string() })),
  enabledScripts: v.optional(v.array(v.string())),
  events: v.optional(
    v.array(
      v.object({
        event: v.string(),
        scripts: v.array(v.object({ name: v.string(), begin: v.number(), end: v.number(), result: whole, output: v.string() })),
      }),
    ),
  ),
  version: v.optional(v.string()),
  hostname: v.optional(v.string()),
  nonlocalBind: v.optional(v.object({ ipv4: v.boolean(), ipv6: v.boolean() })),
  promoteSecondaries: v.optional(v.array(v.string())),
  drops: v.optional(v.array(v.object({ interfaceName: v.string(), address: v.string() }))),
  bonds: v.optional(
    v.array(
      v.object({
        name: v.string(),
        mode: v.string(),
        passes: v.optional(v.boolean()),
        members: v.array(v.object({ name: v.string(), up: v.boolean(), partner: v.optional(text) })),
        partner: v.optional(text),
      }),
    ),
  ),
  configuredAddresses: v.optional(
    v.array(
      v.object({
        by: v.picklist(['systemd-networkd', 'NetworkManager', 'keepalived', 'ifupdown', 'network-scripts']),
        file: v.string(),
        address: v.string(),
      }),
    ),
  ),
  serviceAddresses: v.optional(v.array(v.object({ service: v.picklist(['NATGW', 'LVS']), address: v.string() }))),
  lacking: v.optional(v.array(v.picklist(['CAP_NET_ADMIN', 'CAP_NET_RAW']))),
  connections: v.optional(
    v.array(v.object({ state: v.picklist(['LISTEN', 'ESTAB', 'SYN-SENT']), local: end, peer: end, resent: whole })),
  ),
  lock: v.optional(
    v.object({
      setting: v.string(),
      isHelperAbsent: v.optional(v.boolean()),
      place: v.optional(
        v.object({
          bootId: v.optional(v.string()),
          file: v.nullable(v.object({ device: v.string(), inode: v.string(), isRegular: v.boolean() })),
          hasFolder: v.boolean(),
          problem: v.optional(v.string()),
          mount: v.optional(v.object({ type: v.string(), source: v.string(), lockOptions: v.array(v.string()) })),
          holders: v.array(v.object({ pid: whole, name: v.string() })),
        }),
      ),
    }),
  ),
  lastLog: v.optional(v.object({ place: v.string(), lines: v.array(v.string()) })),
  linkAddresses: v.optional(v.array(v.object({ interfaceName: v.string(), mac: v.string() }))),
  interfaceFilters: v.optional(v.array(v.object({ interfaceName: v.string(), arp: v.boolean(), strict: v.boolean() }))),
  neighbours: v.optional(neighbours),
  questions: v.optional(questions),
} satisfies AllOf<HostFacts>)
const measured = v.object({ count: whole, mean: v.number(), max: v.number() })
/** What one node reported, as JSON. */
export const nodeFactsSchema: v.GenericSchema<unknown, NodeFacts> = v.object({
  pnn,
  missing: v.array(v.object({ fact: v.string(), code: v.string(), message: v.string(), hint: v.optional(v.string()) })),
  runState: v.optional(v.picklist(RUN_STATES)),
  nodeMap: v.optional(v.array(mapEntry)),
  vnnMap: v.optional(v.object({ generation: u32, map: v.array(u32) })),
  recoveryMode: v.optional(u32),
  times: v.optional(
    v.object({
      now: v.number(),
      daemonStart: v.number(),
      lastRecoveryStarted: v.number(),
      lastRecoveryFinished: v.number(),
      askedAt: v.optional(v.number()),
      answeredAt: v.optional(v.number()),
    }),
  ),
  recentRecoveries: v.optional(v.object({ count: u32, seconds: v.number() })),
  tunables: v.optional(v.record(v.string(), u32)),
  capabilities: v.optional(v.object({ leader: v.boolean(), lmaster: v.boolean() })),
  known: v.optional(v.array(knownAddress)),
  available: v.optional(v.array(address)),
  interfaces: v.optional(v.array(v.object({ name: v.string(), linkUp: v.boolean(), references: u32 }))),
  banSeconds: v.optional(u32),
  nodesFile: v.optional(v.array(mapEntry)),
  clusterLock: v.optional(v.string()),
  lockLatency: v.optional(v.object({ take: measured, test: measured })),
  leaders: v.optional(v.array(pnn)),
  host: v.optional(hostFacts),
} satisfies AllOf<NodeFacts>)

export const snapshotSchema: v.GenericSchema<unknown, Snapshot> = v.object({
  formatVersion: v.string(),
  takenAt: v.pipe(v.string(), v.isoTimestamp()),
  askedNode: pnn,
  leader: v.object({ pnn: v.nullable(pnn), era: v.picklist(['leader', 'recmaster']) }),
  nodeMap: v.array(mapEntry),
  nodes: v.array(nodeFactsSchema),
  isProbed: v.optional(v.boolean()),
  outside: v.optional(v.object({ neighbours, questions: v.optional(questions) } satisfies AllOf<OutsideFacts>)),
} satisfies AllOf<Snapshot>)
