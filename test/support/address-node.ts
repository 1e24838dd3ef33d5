import { publicSocketAddress } from '../../src/lib/address/socket-address.ts'
import type { Era } from '../../src/lib/cluster/era.ts'
import { type Pnn, UNKNOWN_PNN } from '../../src/lib/cluster/node.ts'
import { messageText } from '../../src/lib/log/messages.ts'
import { ControlFailure } from '../../src/sim/daemon/control-failure.ts'
import { EventScripts, type ScriptBehaviour } from '../../src/sim/daemon/event-scripts.ts'
import type { Log } from '../../src/sim/daemon/log.ts'
import { PublicIps } from '../../src/sim/daemon/public-ips.ts'
import { VirtualClock } from '../../src/sim/process/clock.ts'
import { Program } from '../../src/sim/process/program.ts'
import type { Process } from '../../src/sim/process/wait.ts'
import { MemoryHost } from '../../src/sim/world/memory-host.ts'

/** The PNN of the node under test. */
const OWN = 1
const SCRIPT_MS = 50
const SCRIPT_LIMIT_MS = 1_000

export interface AddressNodeOptions {
  readonly era?: Era
  readonly file?: string
  readonly interfaces?: readonly string[]
}

/** How something that was asked of the node ended; undefined while it goes on. */
interface Asked {
  outcome: 'ok' | ControlFailure | undefined
}

/** The public addresses of one node, with its kernel and its scripts, and nothing of a cluster. */
export class AddressNode {
  readonly clock = new VirtualClock(0)
  readonly host: MemoryHost
  readonly publicIps: PublicIps
  readonly scripts: ScriptBehaviour = { delayMs: () => SCRIPT_MS, failing: new Set(), slowMs: new Map(), laterMs: new Map() }
  /** The lines of the log. */
  readonly log: string[] = []
  /** `TAKE_IP 10.0.0.1` for each message to the clients. */
  readonly announced: string[] = []
  /** How often the node asked the leader for addresses. */
  asked = 0
  /** How often the node banned itself. */
  bans = 0
  mayHost = true
  private readonly program: Program

  constructor({ era = 'now', file = '10.0.0.1/24 eth1\n', interfaces = ['eth1', 'eth2'] }: AddressNodeOptions = {}) {
    const raise = (error: unknown) => {
      throw error
    }
    this.program = new Program(this.clock, raise)
    this.host = new MemoryHost({ interfaces: interfaces.map((name) => ({ name, addresses: [] })), promoteSecondaries: false })
    const log: Log = (_, name, ...values) => {
      const words = messageText(name, era, values)
      if (words) this.log.push(words.text)
    }
    this.publicIps = new PublicIps({
      pnn: OWN,
      kernel: this.host,
      scripts: new EventScripts(new Program(this.clock, raise), log, this.scripts, era === 'now'),
      log,
      scriptLimitMs: () => SCRIPT_LIMIT_MS,
      mayHost: () => this.mayHost,
      banSelf: () => {
        this.bans += 1
      },
      askForAddresses: () => {
        this.asked += 1
      },
      announce: ({ name }, address) => this.announced.push(`${name} ${address}`),
    })
    this.publicIps.configuration.load(file, '/etc/ctdb/public_addresses')
    this.log.length = 0
  }

  /** Begins something; time has to pass before it has ended. */
  begin(process: Process<void>): Asked {
    const asked: Asked = { outcome: undefined }
    this.program.start(process, (outcome) => {
      if (outcome.ok) asked.outcome = 'ok'
      else if (outcome.error instanceof ControlFailure) asked.outcome = outcome.error
      else throw outcome.error
    })
    return asked
  }

  beginTakeover(address: string, pnn: Pnn = OWN): Asked {
    return this.begin(this.publicIps.takeover({ pnn, address: publicSocketAddress(address) }))
  }

  beginRelease(address: string, pnn: Pnn = 0): Asked {
    return this.begin(this.publicIps.release({ pnn, address: publicSocketAddress(address) }))
  }

  /** Asks, and waits for the end. */
  takeover(address: string, pnn?: Pnn): Asked['outcome'] {
    return this.end(this.beginTakeover(address, pnn))
  }

  release(address: string, pnn?: Pnn): Asked['outcome'] {
    return this.end(this.beginRelease(address, pnn))
  }

  releaseAll(): Asked['outcome'] {
    return this.end(this.begin(this.publicIps.releaseAll()))
  }

  /** Gives it an address in good order, and forgets the words about it. */
  with(address: string): this {
    this.takeover(address)
    this.forget()
    return this
  }

  forget(): void {
    this.log.length = 0
    this.announced.length = 0
  }

  /** Where the kernel has an address; `-` for nowhere. */
  kernel(address: string): string {
    const names = this.host.held.filter((held) => held.address === address).map(({ interfaceName }) => interfaceName)
    return names.join(',') || '-'
  }

  /** Who owns an address, as the node believes: -1 for nobody. And on which interface it is then; `-` for none. */
  belief(address: string): string {
    const { ip, activeIndex, interfaces } = this.publicIps.info(publicSocketAddress(address))
    return `${ip.pnn === UNKNOWN_PNN ? -1 : ip.pnn} ${interfaces[activeIndex]?.name ?? '-'}`
  }

  /** How many addresses are on an interface, as the node counts. */
  references(name: string): number | undefined {
    return this.publicIps.interfaceRecords().find((each) => each.name === name)?.references
  }

  known(): string[] {
    return this.publicIps.known().map(({ address }) => address.address)
  }

  private end(asked: Asked): Asked['outcome'] {
    this.clock.advanceBy(10 * SCRIPT_LIMIT_MS)
    return asked.outcome
  }
}
