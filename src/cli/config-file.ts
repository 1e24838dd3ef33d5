import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { parseIp } from '../lib/address/ip-text.ts'
import { CtdbtsError } from '../lib/errors.ts'

/** How the nodes that no `--host` names are reached: through an entry, or straight from here. */
const VIAS = ['entry', 'direct'] as const
export type Via = (typeof VIAS)[number]

/** Where the words of `run` are run: on each host, over SSH, or on this machine. */
const WAYS = ['ssh', 'command'] as const

const words = v.tupleWithRest([v.pipe(v.string(), v.nonEmpty())], v.string())
const names = v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.nonEmpty())
const privateAddress = v.pipe(
  v.string(),
  v.check((text) => parseIp(text) !== undefined, 'not an IP address'),
)
const clusterSettings = v.strictObject({
  hosts: v.optional(names),
  via: v.optional(v.picklist(VIAS)),
  sudo: v.optional(v.boolean()),
  socket: v.optional(v.pipe(v.string(), v.startsWith('/'))),
  run: v.optional(words),
  way: v.optional(v.picklist(WAYS)),
  nodes: v.optional(v.record(privateAddress, v.pipe(v.string(), v.nonEmpty()))),
})
const clusterSchema = v.pipe(
  clusterSettings,
  v.forward(
    v.check(({ hosts, run }) => hosts !== undefined || run !== undefined, 'needed unless there is run'),
    ['hosts'],
  ),
)
const configSchema = v.strictObject({ clusters: v.optional(v.record(v.pipe(v.string(), v.nonEmpty()), clusterSchema), {}) })

/** A cluster as the configuration file describes it. */
interface ClusterConfig {
  /** `[user@]host[:port]` of the nodes to begin with, or their names in `run`. */
  readonly hosts?: readonly string[] | undefined
  readonly via?: Via | undefined
  readonly sudo?: boolean | undefined
  /** Path of ctdbd's socket on the nodes. */
  readonly socket?: string | undefined
  /** The words before each command. */
  readonly run?: readonly [string, ...string[]] | undefined
  /** Where they are run; on this machine if they name the node, else on the hosts. */
  readonly way?: (typeof WAYS)[number] | undefined
  /** Private address → `[user@]host[:port]`. */
  readonly nodes?: Readonly<Record<string, string>> | undefined
}

export interface Config {
  readonly clusters: Readonly<Record<string, ClusterConfig>>
}

/** Where the configuration is: `$XDG_CONFIG_HOME/ctdbts/config.toml`, `~/.config/ctdbts/config.toml` without that. */
export const configPath = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'ctdbts/config.toml')

/**
 * Reads the configuration file; a missing one is empty.
 * @throws CtdbtsError BAD_CONFIG naming the place in it.
 */
export function readConfig(path: string): Config {
  if (!existsSync(path)) return { clusters: {} }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw bad(path, (cause as Error).message, cause)
  }
  return parseConfig(text, path)
}

/**
 * Reads the text of a configuration file.
 * @param path for errors.
 * @throws CtdbtsError BAD_CONFIG naming the place in it.
 */
export function parseConfig(text: string, path: string): Config {
  const result = v.safeParse(configSchema, parseToml(text, path), { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  throw bad(path, `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    if (cause instanceof TomlError) throw bad(path, `line ${cause.line}, column ${cause.column}: not TOML`, cause)
    throw bad(path, (cause as Error).message, cause)
  }
}

const bad = (path: string, reason: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('BAD_CONFIG', `cannot read the configuration ${path}: ${reason}`, {
    hint: 'see docs/ssh.md for its format',
    cause,
  })
