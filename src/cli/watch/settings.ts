import { CtdbtsError } from '../../lib/errors.ts'
import { wantsHost } from '../host-flags.ts'
import { leadsOverSsh } from '../remote-cluster.ts'
import type { GlobalOptions } from '../run-options.ts'
import { type SimOptions, wantsSim } from '../sim-flags.ts'

/** The options that say what is watched, and how often it is looked at. */
export interface PollOptions extends GlobalOptions, SimOptions {
  readonly interval: string
}

/** The options of `watch`. */
export interface WatchOptions extends PollOptions {
  /** Undefined: read-only over SSH. */
  readonly 'read-only'?: boolean | undefined
  /** Whether the terminal's background is light; undefined: as the terminal reports. */
  readonly light?: boolean | undefined
  readonly once: boolean
  readonly plain: boolean
  /** The file to record to. */
  readonly record?: string | undefined
  /** A recording to show instead of a cluster: a file, or a folder of `record`. */
  readonly replay?: string | undefined
}

/** The options of `watch --replay`. */
export interface ReplayOptions extends WatchOptions {
  readonly replay: string
}

/** How a watch is shown: on the whole terminal, as lines, or as JSON documents, one per line. */
export type WatchOutput = 'screen' | 'lines' | 'json'

const MIN_SECONDS = 0.5
const MAX_SECONDS = 3600

/** Milliseconds from the start of one poll to the start of the next. @throws CtdbtsError USAGE. */
export function intervalMsOf({ interval }: Pick<PollOptions, 'interval'>): number {
  const seconds = Number(interval)
  if (/^\d{1,4}(\.\d{1,3})?$/.test(interval) && seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds * 1000
  throw new CtdbtsError(
    'USAGE',
    `--interval takes a number of seconds from ${MIN_SECONDS} to ${MAX_SECONDS}, not ${JSON.stringify(interval)}`,
  )
}

/** Refuses options that have no effect here. @throws CtdbtsError USAGE. */
export function refuseIgnoredOptions(options: WatchOptions): void {
  const refuse = (what: string, hint: string) => new CtdbtsError('USAGE', `watch does not support ${what}`, { hint })
  if (options.node !== undefined) throw refuse('-n', 'watch shows all nodes; on the screen, press / and type node 1 to filter')
  if (options.record !== undefined && options.once) throw refuse('--record with --once', 'use `ctdbts snapshot -o FILE`')
  if (options.table) throw refuse('--table', 'use --plain or --json')
  if (options.maxruntime !== undefined && !options.once) {
    throw refuse('-T without --once', 'watch runs until you quit it; to limit it, use `timeout 60 ctdbts watch --plain`')
  }
}

/** Refuses what needs a cluster, where a recording is shown. @throws CtdbtsError USAGE. */
export function refuseCluster(options: WatchOptions): void {
  const { record, once, socket } = options
  const given = [
    wantsHost(options) && '--host or --run',
    wantsSim(options) && '--sim and its options',
    socket !== undefined && '--socket',
    record !== undefined && '--record',
    once && '--once',
    options['read-only'] === false && '--no-read-only',
  ].find((each) => each)
  if (!given) return
  throw new CtdbtsError('USAGE', `watch --replay does not support ${given}`, {
    hint: 'leave it out: a recording is shown, and no cluster is reached',
  })
}

/** The screen needs a user at a terminal that can show it. */
export function watchOutputOf(
  { json, plain }: Pick<WatchOptions, 'json' | 'plain'>,
  { stdin, stdout, env }: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'env'>,
): WatchOutput {
  if (json) return 'json'
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb' && !isCi(env)
  return isTerminal && !plain ? 'screen' : 'lines'
}

const isCi = ({ CI }: NodeJS.ProcessEnv): boolean => CI !== undefined && !['', '0', 'false'].includes(CI)

/** Why the screen cannot change the cluster; undefined when it can. Over SSH that has to be allowed: it is easy to be on the wrong cluster. */
export function whyReadOnly(options: WatchOptions): string | undefined {
  const { 'read-only': given } = options
  if (given === true) return 'started with --read-only'
  if (given !== undefined || !wantsHost(options)) return undefined
  const how = options.run !== undefined ? 'with --run' : leadsOverSsh(options, process.env) ? 'over SSH' : 'with --host'
  return `read-only ${how} unless started with --no-read-only`
}

/** What is watched, in a few words. */
export function watchTitle(options: PollOptions): string {
  if (options.run !== undefined) return [...(options.host ?? []), options.run].join(', ')
  const hosts = (options.host ?? []).join(', ')
  if (wantsHost(options)) return leadsOverSsh(options, process.env) ? `${hosts} over SSH` : hosts
  return wantsSim(options) ? 'an embedded cluster' : 'this machine'
}
