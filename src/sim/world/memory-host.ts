import { parseIp } from '../../lib/address/ip-text.ts'
import { DONE, type KernelAddress, type KernelLink, type ScriptResult } from '../daemon/kernel.ts'
import { already, type Wait } from '../process/wait.ts'
import type { Host } from './host.ts'

/** An interface with the addresses that the network service configures on it. */
export interface InterfaceConfiguration {
  readonly name: string
  /** With mask: `10.99.0.1/24`. */
  readonly addresses: readonly string[]
}

export interface MemoryHostOptions {
  readonly interfaces: readonly InterfaceConfiguration[]
  /** Linux' setting `promote_secondaries`: when the primary address of a subnet is deleted, the next one becomes primary instead of being deleted too. */
  readonly promoteSecondaries: boolean
  /** Whether another host on the network answers for an IPv6 address, so that the kernel refuses to use it; by default none does. */
  readonly isTaken?: (address: string) => boolean
}

/** An operating system in memory for each node of a layout, with Linux' default settings. */
export const memoryHosts = ({ hosts }: { readonly hosts: readonly Pick<MemoryHostOptions, 'interfaces'>[] }): MemoryHost[] =>
  hosts.map(({ interfaces }) => new MemoryHost({ interfaces, promoteSecondaries: false }))

/** The addresses of an operating system in memory, with Linux' rules for primary and secondary addresses. */
export class MemoryHost implements Host {
  /** Called after each change that may have added or deleted addresses. */
  onChange: () => void = () => {}
  /** Whether it promotes a secondary address when the primary one is deleted. */
  promotesSecondaries: boolean
  private readonly options: MemoryHostOptions
  private readonly carriers: Map<string, boolean>
  private list: readonly KernelAddress[] = []

  constructor(options: MemoryHostOptions) {
    this.options = options
    this.promotesSecondaries = options.promoteSecondaries
    this.carriers = new Map(options.interfaces.map(({ name }) => [name, true]))
    this.configure()
  }

  /** What the kernel holds now. */
  get held(): readonly KernelAddress[] {
    return this.list
  }

  carrierOf(name: string): boolean {
    return this.carriers.get(name) ?? false
  }

  links(): Wait<readonly KernelLink[]> {
    return already([...this.carriers].map(([name, carrier]) => ({ name, carrier })))
  }

  addresses(): Wait<readonly KernelAddress[]> {
    return already(this.list)
  }

  takeIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult> {
    return (done) => {
      if (!this.carriers.has(interfaceName)) {
        done({ ok: false, output: [`Failed to bringup interface ${interfaceName}`] })
      } else if (
        maskBits > (isIpv4(address) ? 32 : 128) ||
        this.isOn(interfaceName, address) ||
        this.isRefused(interfaceName, address)
      ) {
        // The script deletes an IPv6 address again that the kernel refuses to use.
        done({ ok: false, output: [`Failed to add ${address}/${maskBits} on dev ${interfaceName}`] })
      } else {
        this.add(interfaceName, address, maskBits)
        this.onChange()
        done(DONE)
      }
      return undefined
    }
  }

  releaseIp(interfaceName: string, address: string, maskBits: number): Wait<ScriptResult> {
    return (done) => {
      const held = this.list.find((each) => each.address === address)
      if (!held) {
        done(DONE)
        return undefined
      }
      const before = this.list
      this.remove(held)
      // The script adds the secondary addresses again.
      for (const lost of before) {
        if (lost !== held && !this.list.some((each) => each.address === lost.address)) {
          this.add(lost.interfaceName, lost.address, lost.maskBits)
        }
      }
      this.onChange()
      done({ ok: true, output: warningsAbout(held, interfaceName, maskBits) })
      return undefined
    }
  }

  restartNetwork(): Wait<void> {
    return this.change(() => this.configure())
  }

  setCarrier(interfaceName: string, carrier: boolean): Wait<void> {
    return this.change(() => this.carriers.set(interfaceName, carrier))
  }

  addByHand(interfaceName: string, address: string, maskBits: number): Wait<void> {
    return this.change(() => {
      // Linux lets an address be on several interfaces, but not twice on one.
      if (!this.isOn(interfaceName, address)) this.add(interfaceName, address, maskBits)
    })
  }

  /** @param interfaceName deletes it from there; otherwise from the first interface that has it. */
  deleteByHand(address: string, interfaceName?: string): Wait<void> {
    return this.change(() => {
      const isMeant = (each: KernelAddress) => interfaceName === undefined || each.interfaceName === interfaceName
      const held = this.list.find((each) => each.address === address && isMeant(each))
      if (held) this.remove(held)
    })
  }

  ipAddrJson(): Wait<string> {
    const links = [...this.carriers].map(([ifname, carrier], index) => ({
      ifindex: index + 2,
      ifname,
      flags: ['BROADCAST', 'MULTICAST', ...(carrier ? ['UP', 'LOWER_UP'] : ['NO-CARRIER', 'UP'])],
      mtu: 1500,
      qdisc: 'noqueue',
      operstate: carrier ? 'UP' : 'DOWN',
      group: 'default',
      link_type: 'ether',
      addr_info: this.list.filter(({ interfaceName }) => interfaceName === ifname).map(addressInfo),
    }))
    return already(`${JSON.stringify([LOOPBACK, ...links])}\n`)
  }

  private change(action: () => void): Wait<void> {
    return (done) => {
      action()
      this.onChange()
      done()
      return undefined
    }
  }

  private configure(): void {
    this.list = []
    for (const { name, addresses } of this.options.interfaces) {
      for (const text of addresses) {
        const [address = '', mask] = text.split('/')
        this.add(name, address, Number(mask))
      }
    }
  }

  private isOn(interfaceName: string, address: string): boolean {
    return this.list.some((held) => held.address === address && held.interfaceName === interfaceName)
  }

  /** Whether duplicate address detection finds an IPv6 address elsewhere. */
  private isRefused(interfaceName: string, address: string): boolean {
    return !isIpv4(address) && this.carrierOf(interfaceName) && this.options.isTaken?.(address) === true
  }

  private add(interfaceName: string, address: string, maskBits: number): void {
    const dadFailed = this.isRefused(interfaceName, address)
    const network = networkOf(address, maskBits)
    const secondary =
      isIpv4(address) && this.list.some((held) => held.interfaceName === interfaceName && subnetOf(held) === network)
    this.list = [...this.list, { address, maskBits, interfaceName, secondary, ...(dadFailed && { dadFailed }) }]
  }

  /** Deletes an address. With a primary one, its secondaries are deleted or the first of them is promoted. */
  private remove(gone: KernelAddress): void {
    const goesAlong = (held: KernelAddress) =>
      !gone.secondary && held.secondary && held.interfaceName === gone.interfaceName && subnetOf(held) === subnetOf(gone)
    const rest = this.list.filter((held) => held !== gone)
    if (this.promotesSecondaries) {
      const heir = rest.find(goesAlong)
      this.list = rest.map((held) => (held === heir ? { ...held, secondary: false } : held))
    } else {
      this.list = rest.filter((held) => !goesAlong(held))
    }
  }
}

/** The script's warnings when interface or mask differ from what CTDB believes. */
function warningsAbout({ address, ...held }: KernelAddress, interfaceName: string, maskBits: number): string[] {
  const where = `hosted on interface ${held.interfaceName} but VNN says ${interfaceName}`
  const mask = `has ${held.maskBits} bit netmask but VNN says ${maskBits}`
  return [...(held.interfaceName === interfaceName ? [] : [where]), ...(held.maskBits === maskBits ? [] : [mask])].map(
    (text) => `WARNING: Public IP ${address} ${text}`,
  )
}

const isIpv4 = (address: string): boolean => !address.includes(':')

const subnetOf = ({ address, maskBits }: KernelAddress): string => networkOf(address, maskBits)

/** A text that is the same for all addresses of a network. */
function networkOf(address: string, maskBits: number): string {
  const bytes = parseIp(address)?.bytes ?? new Uint8Array()
  const network = bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, maskBits - 8 * index))))
  return `${network}/${maskBits}`
}

const LOOPBACK = {
  ifindex: 1,
  ifname: 'lo',
  flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
  mtu: 65_536,
  qdisc: 'noqueue',
  operstate: 'UNKNOWN',
  group: 'default',
  link_type: 'loopback',
  addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host', label: 'lo' }],
}

const addressInfo = ({ address, maskBits, interfaceName, secondary, dadFailed }: KernelAddress) => ({
  family: isIpv4(address) ? 'inet' : 'inet6',
  local: address,
  prefixlen: maskBits,
  scope: 'global',
  ...(secondary ? { secondary } : {}),
  ...(dadFailed ? { dadfailed: true, tentative: true } : {}),
  ...(isIpv4(address) ? { label: interfaceName } : {}),
})
