import type { Era } from '../../lib/cluster/era.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { LOG_BLOCK, LOG_REPLACED, type readLogCommand } from '../../lib/host/log-script.ts'
import { HOMES } from '../../lib/host/shell-parts.ts'
import { SHELL_STATUS } from '../../lib/shell-status.ts'
import { isShown, type LogEntry, logLine, usualLevel } from '../log/entry.ts'

/** So many lines are kept of each node. */
const MOST_LINES = 20_000

/** The logs of simulated nodes, as their daemons would write them to files at the usual level. */
export class NodeLogs {
  private readonly lines = new Map<Pnn, string[]>()
  private readonly era: Era

  constructor(era: Era) {
    this.era = era
  }

  write(entry: LogEntry): void {
    // What people do is in no log.
    if (entry.source === 'world' || !isShown(entry, usualLevel(this.era))) return
    const lines = this.lines.get(entry.pnn) ?? []
    this.lines.set(entry.pnn, lines)
    lines.push(`${logLine(entry, this.era)}\n`)
    if (lines.length > 2 * MOST_LINES) lines.splice(0, MOST_LINES)
  }

  textOf(pnn: Pnn): string {
    return this.lines.get(pnn)?.join('') ?? ''
  }
}

const PATH = HOMES[0]?.logs[0] ?? ''
const INODE = '1'

/** What a node answers that has this text as its log, in a file. */
export function logAnswer(
  text: string,
  { nonce, request }: NonNullable<ReturnType<typeof readLogCommand>>,
): { readonly stdout: string; readonly status: number } {
  const [action, ...words] = request
  if (action === 'find') {
    const seconds = Math.ceil(Date.now() / 1_000)
    const file = words.includes(PATH) ? [PATH, PATH, `${Buffer.byteLength(text)} ${seconds} ${INODE}`, 'yes'] : []
    return { stdout: `\n${nonce}\n${['+0000', '', ...file].map((word) => `${word}\0`).join('')}`, status: 0 }
  }
  const [inode, path, skip, count] = words
  const isFile = (action === 'read' || action === 'tail') && inode === INODE && path === PATH
  if (!isFile) return { stdout: `\n${nonce}\n`, status: SHELL_STATUS.notFound }
  if (action === 'tail') return tailAnswer(Buffer.from(text), nonce, Number(skip), Number(count))
  const from = Number(skip) * LOG_BLOCK
  return { stdout: `\n${nonce}\n${text.slice(from, from + Number(count) * LOG_BLOCK)}`, status: 0 }
}

function tailAnswer(bytes: Buffer, nonce: string, from: number, limit: number): ReturnType<typeof logAnswer> {
  if (bytes.length < from) return { stdout: `\n${nonce}\n`, status: LOG_REPLACED }
  const begin = Math.max(from, bytes.length - limit)
  return { stdout: `\n${nonce}\n${begin}\n${bytes.toString('utf8', begin)}`, status: 0 }
}
