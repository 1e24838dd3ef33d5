import { CtdbtsError } from '../errors.ts'
import type { HostBond } from '../snapshot/host-facts.ts'
import { nulRecords } from './nul-fields.ts'

/** What stands for the partner of a bond where no switch takes part. */
const NO_PARTNER = '00:00:00:00:00:00'
/** What the kernel says of an interface that has a link. It uses one that is going back after the time that was set for it (updelay). */
const WITH_LINK = ['up', 'going back']

/** The mode of bonds that a switch has to take part in, as the kernel calls it. */
export const LACP = 'IEEE 802.3ad'

/**
 * Reads what the kernel tells of bonds: for each its name and the text of its file in /proc/net/bonding, each closed by a NUL.
 * @throws CtdbtsError HOST_UNREADABLE when a text is not of that form.
 */
export function parseBonds(text: string): HostBond[] {
  const records = nulRecords(text, 2)
  if (!records) throw notUnderstood()
  return records.map(([name = '', file = '']) => bondIn(name, file))
}

/** Before the first `Slave Interface` is what concerns the bond as a whole. */
function bondIn(name: string, text: string): HostBond {
  const [whole = '', ...slaves] = text.split(/^Slave Interface: /m)
  const mode = field(whole, 'Bonding Mode')
  if (mode === undefined) throw notUnderstood()
  return {
    name,
    mode,
    passes: passesMonitor(text, mode, slaves),
    members: slaves.map((slave) => ({
      name: slave.split('\n', 1)[0] ?? '',
      up: WITH_LINK.includes(field(slave, 'MII Status') ?? ''),
      // Behind what the node itself sends, which has a field of the same name.
      ...partnerOf(field(slave.split('details partner lacp pdu:')[1] ?? '', 'system mac address')),
    })),
    ...partnerOf(field(whole, 'Partner Mac Address')),
  }
}

const partnerOf = (mac: string | undefined): { partner?: string | null } =>
  mac === undefined ? {} : { partner: mac === NO_PARTNER ? null : mac }

/** The function `interface_monitor` of CTDB's event scripts, 4.17 to 4.25. */
function passesMonitor(text: string, mode: string, slaves: readonly string[]): boolean {
  const isUp = (part: string) => /^MII Status: up/m.test(part)
  if (text.includes('Currently Active Slave: None') || !isUp(text)) return false
  return !mode.startsWith(LACP) || slaves.some(isUp)
}

const field = (text: string, name: string): string | undefined => new RegExp(`^[ \\t]*${name}: (.*)$`, 'm').exec(text)?.[1]

const notUnderstood = (): CtdbtsError => new CtdbtsError('HOST_UNREADABLE', 'what the kernel tells of bonds cannot be understood')
