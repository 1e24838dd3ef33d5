import { join } from 'node:path'
import { formatIp, parseIp } from '../../lib/address/ip-text.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { parseIpAddr } from '../../lib/host/ip-json.ts'
import type { HostAddress } from '../../lib/snapshot/host-facts.ts'
import type { KernelAddress, KernelLink, ScriptResult } from '../daemon/kernel.ts'
import type { Wait } from '../process/wait.ts'
import type { Host } from '../world/host.ts'
import { run, runOk } from './command.ts'
import { RELEASE_IP, TAKE_IP } from './scripts.ts'

/** The names of interfaces that the kernel accepts. */
const INTERFACE_NAME = /^(?!\.{1,2}$)[^\s/:]{1,15}$/

/** The exit status of `flock` when it did not get the lock. The scripts never exit with it. */
const LOCK_BUSY = 75

export interface NetnsInterface {
  readonly name: string
  /** The configured addresses, as CIDR. */
  readonly addresses: readonly string[]
  /** The switch's end of its cable. */
  readonly port: string
}

export interface NetnsHostOptions {
  readonly namespace: string
  /** The namespace of the switch. */
  readonly hub: string
  readonly interfaces: readonly NetnsInterface[]
  /** An existing folder for the node's locks. */
  readonly lockDirectory: string
  /** How long a change of an interface waits for another change. */
  readonly lockTimeoutMs: number
  /** Cancels all running operations. */
  readonly signal: AbortSignal
}

/** A node's operating system in a network namespace. Each wait fails with CtdbtsError NETNS_FAILED when a command does, or IP_JSON. */
export class NetnsHost implements Host {
  private readonly options: NetnsHostOptions

  constructor(options: NetnsHostOptions) {
    this.options = options
  }

  links(): Wait<readonly KernelLink[]> {
    return waitFor(async () => {
      const configured = new Set(this.options.interfaces.map(({ name }) => name))
      const { links } = parseIpAddr(await this.ip('-j', 'addr'))
      return links.filter(({ name }) => configured.has(name)).map(({ name, carrier }) => ({ name, carrier }))
    })
  }

  addresses(): Wait<readonly KernelAddress[]> {
    return waitFor(async () => {
      const all = await this.allAddresses()
      return all
        .filter(({ interfaceName, address, scope }) => interfaceName !== 'lo' && !(address.includes(':') && scope === 'link'))
        .map(({ address, maskBits, interfaceName, secondary }) => ({ address, maskBits, interfaceName, secondary }))
    })
  }

  takeIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult> {
    return waitFor(() => this.changeInLock(TAKE_IP, interfaceName, address, maskBits))
  }

  releaseIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult> {
    return waitFor(async () => {
      const real = await this.findAddress(address)
      if (!real) return { ok: true, output: [] }
      const warnings: string[] = []
      if (real.interfaceName !== interfaceName) {
        warnings.push(`WARNING: Public IP ${address} hosted on interface ${real.interfaceName} but VNN says ${interfaceName}`)
      }
      if (real.maskBits !== maskBits) {
        warnings.push(`WARNING: Public IP ${address} has ${real.maskBits} bit netmask but VNN says ${maskBits}`)
      }
      // The lock is that of the interface that really has the address.
      const { ok, output } = await this.changeInLock(RELEASE_IP, real.interfaceName, real.address, real.maskBits)
      return { ok, output: [...warnings, ...output] }
    })
  }

  /** Takes no lock, as the real network service does not. */
  restartNetwork(): Wait<void> {
    return waitFor(async () => {
      for (const { name, addresses } of this.options.interfaces) {
        await this.ip('addr', 'flush', 'dev', name)
        await this.ip('link', 'set', 'dev', name, 'down')
        await this.ip('link', 'set', 'dev', name, 'up')
        for (const address of addresses) await this.ip('addr', 'replace', ...configuredAddress(address), 'dev', name)
      }
    })
  }

  /** Pulls or plugs in the cable at the switch. Fails with NETNS_NO_INTERFACE for an interface that is not configured. */
  setCarrier(interfaceName: string, carrier: boolean): Wait<void> {
    return waitFor(async () => {
      const { hub, interfaces, namespace, signal } = this.options
      const port = interfaces.find(({ name }) => name === interfaceName)?.port
      if (port === undefined) {
        throw new CtdbtsError('NETNS_NO_INTERFACE', `${namespace} has no interface ${interfaceName}`, {
          hint: `it has ${interfaces.map(({ name }) => name).join(', ') || 'none'}`,
        })
      }
      await runOk(['ip', '-n', hub, 'link', 'set', 'dev', port, carrier ? 'up' : 'down'], { signal })
    })
  }

  addByHand(interfaceName: string, address: string, maskBits: number): Wait<void> {
    return waitFor(async () => void (await this.ip('addr', 'add', `${address}/${maskBits}`, 'dev', interfaceName)))
  }

  /** Deletes an address from whatever interface has it. Fails with NETNS_NO_ADDRESS when none has it. */
  deleteByHand(address: string): Wait<void> {
    return waitFor(async () => {
      const real = await this.findAddress(address)
      if (!real) {
        throw new CtdbtsError('NETNS_NO_ADDRESS', `no interface of ${this.options.namespace} has the address ${address}`, {
          hint: `see \`ip -n ${this.options.namespace} addr\``,
        })
      }
      await this.ip('addr', 'del', `${real.address}/${real.maskBits}`, 'dev', real.interfaceName)
    })
  }

  ipAddrJson(): Wait<string> {
    return waitFor(() => this.ip('-j', 'addr'))
  }

  private ip(...argv: string[]): Promise<string> {
    const { namespace, signal } = this.options
    return runOk(['ip', '-n', namespace, ...argv], { signal })
  }

  private async allAddresses(): Promise<readonly HostAddress[]> {
    return parseIpAddr(await this.ip('-j', 'addr')).addresses
  }

  /** The interface with an address; of several, the first in the kernel's order, as in the real script. */
  private async findAddress(address: string): Promise<HostAddress | undefined> {
    const wanted = canonical(address)
    return (await this.allAddresses()).find((held) => held.address === wanted)
  }

  /** Runs one of the scripts while no other program changes that interface. */
  private async changeInLock(script: string, name: string, address: string, maskBits: number): Promise<ScriptResult> {
    const { namespace, lockDirectory, lockTimeoutMs, signal } = this.options
    // The name is also used as a file name.
    if (!INTERFACE_NAME.test(name)) return { ok: false, output: [`There can be no interface ${JSON.stringify(name)}`] }
    const seconds = String(lockTimeoutMs / 1000)
    const lock = ['flock', '--timeout', seconds, '--conflict-exit-code', String(LOCK_BUSY), join(lockDirectory, `${name}.flock`)]
    const { exitStatus, stdout, stderr } = await run(
      ['ip', 'netns', 'exec', namespace, ...lock, 'sh', '-c', script, 'sh', name, address, String(maskBits)],
      { signal },
    )
    const output = [...linesOf(stdout), ...linesOf(stderr)]
    if (exitStatus === LOCK_BUSY) output.push(`Failed to lock interface ${name} within ${seconds} s`)
    return { ok: exitStatus === 0, output }
  }
}

/** The arguments of `ip addr add` for a configured address. */
export const configuredAddress = (cidr: string): string[] => (cidr.includes(':') ? [cidr, 'nodad'] : [cidr, 'brd', '+'])

/** Turns an asynchronous function into a wait, which cannot be cancelled. */
function waitFor<T>(start: () => Promise<T>): Wait<T> {
  return (done, failed) => {
    start().then(done, failed)
    return undefined
  }
}

/** The canonical text of an address; any other text unchanged. */
function canonical(address: string): string {
  const ip = parseIp(address)
  return ip ? formatIp(ip) : address
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
