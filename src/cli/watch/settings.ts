import { CtdbtsError } from '../../lib/errors.ts'
import type { GlobalOptions } from '../base-command.ts'
import { wantsHost } from '../host-flags.ts'
import { type SimOptions, wantsSim } from '../sim-flags.ts'

/** The options of `watch`. */
export interface WatchOptions extends GlobalOptions, SimOptions {
  readonly interval: string
  /** Undefined: as it depends on where the cluster is. */
  readonly 'read-only'?: boolean | undefined
  /** Whether the terminal's background is light; undefined: as the terminal says. */
  readonly light?: boolean | undefined
  readonly once: boolean
  readonly plain: boolean
}

/** How a watch is shown: on the whole terminal; as lines; as JSON documents, one a line. */
export type Form = 'screen' | 'lines' | 'json'

const MIN_SECONDS = 0.5
const MAX_SECONDS = 3600

/** Milliseconds between the beginnings of two looks. @throws CtdbtsError USAGE. */
export function intervalMsOf({ interval }: Pick<WatchOptions, 'interval'>): number {
  const seconds = Number(interval)
  if (/^\d{1,4}(\.\d{1,3})?$/.test(interval) && seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds * 1000
  throw new CtdbtsError(
    'USAGE',
    `--interval takes a number of seconds from ${MIN_SECONDS} to ${MAX_SECONDS}, not ${JSON.stringify(interval)}`,
  )
}

/** What would be passed over in silence: whoever gives it expects something of it. @throws CtdbtsError USAGE. */
export function refuseIgnored(options: WatchOptions): void {
  const refuse = (what: string, hint: string) => new CtdbtsError('USAGE', `watch takes no ${what}`, { hint })
  if (options.node !== undefined)
    throw refuse('-n', 'it looks at all nodes; on the screen, `/` and `node 1` shows what one has to do with')
  if (options.table) throw refuse('--table', 'there are the screen, --plain and --json')
  if (options.maxruntime !== undefined && !options.once) {
    throw refuse('-T without --once', 'it goes on until it is ended, by q, Ctrl-C or a signal: `timeout 60 ctdbts watch --plain`')
  }
}

/** The screen only where somebody sits before a terminal that can show it. */
export function formOf(
  { json, plain }: Pick<WatchOptions, 'json' | 'plain'>,
  { stdin, stdout, env }: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'env'>,
): Form {
  if (json) return 'json'
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb' && !isCi(env)
  return isTerminal && !plain ? 'screen' : 'lines'
}

const isCi = ({ CI }: NodeJS.ProcessEnv): boolean => CI !== undefined && !['', '0', 'false'].includes(CI)

/** Why nothing can be changed from the screen; undefined when it can. Over SSH that has to be asked for: one is quickly on the wrong cluster. */
export function whyReadOnly(options: WatchOptions): string | undefined {
  const { 'read-only': given } = options
  if (given === true) return 'started with --read-only'
  return given === undefined && wantsHost(options) ? 'read-only over SSH unless started with --no-read-only' : undefined
}

/** What is watched, in a few words. */
export function titleOf(options: WatchOptions): string {
  if (wantsHost(options)) return `${(options.host ?? []).join(', ')} over SSH`
  return wantsSim(options) ? 'an embedded cluster' : 'this machine'
}
