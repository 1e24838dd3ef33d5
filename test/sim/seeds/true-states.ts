import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import type { WorldRecord } from '../../support/world-record.ts'

const FLAGS = /^node (\d+) became ([A-Z|]+)(?:; it was ([A-Z|]+))?/
const DAEMON = /^the daemon of node (\d+) (started|ended|was started again)$/
const LINK = /^link (\S+) of node (\d+) (?:came|went) (up|down)$/
const KERNEL = /^(\S+) is (missing )?in the kernel of node (\d+), which (owns|does not own) it$/

/** A moment that is known so well. */
interface About {
  readonly fromMs: number
  readonly toMs: number
}

/** Whether what an entry says of a node, a daemon, a link or a kernel was so about then. Of other entries, nothing is known here. */
export function isTrueState({ text }: HistoryEntry, record: WorldRecord, about: About): boolean {
  return (
    flagsWere(text, record, about) &&
    daemonDid(text, record, about) &&
    linkWas(text, record, about) &&
    kernelHad(text, record, about)
  )
}

/**
 * Nodes that cannot reach each other believe different things of a node, and it may know better itself: each flag that is named was believed by
 * one of them, and each other one was not by one.
 */
function flagsWere(text: string, record: WorldRecord, { fromMs, toMs }: About): boolean {
  const [, pnn, flags = '', before] = FLAGS.exec(text) ?? []
  if (pnn === undefined) return true
  return (
    isBelieved(flags, [...record.flagsOf(Number(pnn), fromMs, toMs), ...record.lastFlagsOf(Number(pnn), toMs)]) &&
    (before === undefined || isBelieved(before, record.flagsOf(Number(pnn), 0, toMs)))
  )
}

function isBelieved(flags: string, seen: readonly unknown[]): boolean {
  const named = new Set(wordsOf(flags))
  const beliefs = seen.filter((each) => each !== undefined).map((each) => new Set(wordsOf(String(each))))
  return FLAG_WORDS.every((word) => beliefs.some((belief) => belief.has(word) === named.has(word)))
}

const FLAG_WORDS = ['DISCONNECTED', 'BANNED', 'UNHEALTHY', 'DISABLED', 'STOPPED']
const wordsOf = (flags: string): readonly string[] => flags.split('|')

function daemonDid(text: string, record: WorldRecord, { fromMs, toMs }: About): boolean {
  const [, pnn, what] = DAEMON.exec(text) ?? []
  if (pnn === undefined) return true
  return what === 'ended'
    ? record.runStates(Number(pnn), fromMs, toMs).includes(undefined) ||
        record.runStates(Number(pnn), fromMs, toMs).includes('SHUTDOWN') ||
        record.hasStarted(Number(pnn), fromMs, toMs)
    : record.hasStarted(Number(pnn), fromMs, toMs)
}

function linkWas(text: string, record: WorldRecord, { fromMs, toMs }: About): boolean {
  const [, name = '', pnn, way] = LINK.exec(text) ?? []
  return pnn === undefined || record.linkWas(Number(pnn), name, fromMs, toMs).includes(way === 'up')
}

function kernelHad(text: string, record: WorldRecord, { fromMs, toMs }: About): boolean {
  const [, address = '', missing, node, owns] = KERNEL.exec(text) ?? []
  if (node === undefined) return true
  const pnn = Number(node)
  const isHeld = record.held(pnn, address, fromMs, toMs).includes(missing === undefined)
  return isHeld && record.claimed(pnn, address, fromMs, toMs).includes(owns === 'owns')
}
