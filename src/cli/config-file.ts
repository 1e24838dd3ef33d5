import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import type { Acceptance } from '../lib/audit/acceptance.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { homeOf } from '../transport/ssh/user.ts'
import { SSH_CLIENTS, type SshClient } from '../transport/ssh-connections.ts'
import { NETWORKS, type Network, VIAS, type Via } from '../transport/ways.ts'
import { acceptanceTable } from './acceptance-table.ts'
import { ipAddress, table } from './config-table.ts'

/**
 * Where a node's commands run: on its host, over SSH; here, through the words of `run`; or here, because this machine is the node.
 */
const WAYS = ['ssh', 'command', 'local'] as const
type WayWord = (typeof WAYS)[number]

const withoutNul = (text: string): boolean => !text.includes('\0')
const name = v.pipe(
  v.string(),
  v.nonEmpty('empty'),
  v.check((text) => withoutNul(text) && !text.startsWith('-'), 'a name can neither begin with - nor contain a NUL'),
)
const path = v.pipe(v.string(), v.startsWith('/', 'not an absolute path'), v.check(withoutNul, 'a path cannot contain a NUL'))
const word = v.pipe(v.string(), v.check(withoutNul, 'a word cannot contain a NUL'))
const words = v.tupleWithRest([v.pipe(word, v.nonEmpty('empty'))], word)
const names = v.pipe(v.array(name), v.nonEmpty())

/** What a cluster has for all of its nodes, and a node for itself. */
const nodeSettings = {
  run: v.optional(words),
  way: v.optional(v.picklist(WAYS)),
  network: v.optional(v.picklist(NETWORKS)),
  socket: v.optional(path),
  'config-dir': v.optional(path),
}
const nodeTable = table({ ...nodeSettings, host: v.optional(name), run: v.optional(v.union([words, v.tuple([])])) })
const clusterTable = table({
  hosts: v.optional(names),
  via: v.optional(v.picklist(VIAS)),
  ssh: v.optional(v.picklist(SSH_CLIENTS)),
  sudo: v.optional(v.boolean()),
  ...nodeSettings,
  accept: v.optional(v.array(acceptanceTable)),
  nodes: v.optional(
    v.record(
      ipAddress,
      v.lazy((node) => (typeof node === 'string' ? name : nodeTable)),
    ),
  ),
})
const clusterSchema = v.pipe(
  clusterTable,
  v.forward(
    v.check(
      ({ hosts, run, way }) => hosts !== undefined || way === 'local' || (run !== undefined && way !== 'ssh'),
      'needed unless there is run, on this machine, or way = "local"',
    ),
    ['hosts'],
  ),
)
const configSchema = table({
  clusters: v.optional(v.record(v.pipe(v.string(), v.nonEmpty()), clusterSchema), {}),
  accept: v.optional(v.array(acceptanceTable)),
})

/** The settings of `[clusters.NAME]` that a node can have for itself. */
interface NodeSettings {
  /** The words before each command; empty: none, although the cluster has some. */
  readonly run?: readonly string[] | undefined
  /** `command` if they name the node, else `ssh`. */
  readonly way?: WayWord | undefined
  readonly network?: Network | undefined
  /** Path of ctdbd's socket. */
  readonly socket?: string | undefined
  /** The folder of CTDB's configuration. */
  readonly 'config-dir'?: string | undefined
}

/** A node as `[clusters.NAME.nodes]` describes it. */
export interface NodeConfig extends NodeSettings {
  /** `[user@]host[:port]`, or its name in `run`; its private address by default. */
  readonly host?: string | undefined
}

/** A cluster as the configuration file describes it. */
export interface ClusterConfig extends NodeSettings {
  /** `[user@]host[:port]` of the nodes to begin with, or their names in `run`. */
  readonly hosts?: readonly string[] | undefined
  readonly via?: Via | undefined
  /** Who speaks SSH. */
  readonly ssh?: SshClient | undefined
  readonly sudo?: boolean | undefined
  /** Which findings of `verify` are accepted. */
  readonly accept?: readonly Acceptance[] | undefined
  /** Private address → the node, or only its `host`. */
  readonly nodes?: Readonly<Record<string, string | NodeConfig>> | undefined
}

export interface Config {
  readonly clusters: Readonly<Record<string, ClusterConfig>>
  /** Which findings of `verify` are accepted, whatever the cluster. */
  readonly accept?: readonly Acceptance[] | undefined
}

/** Where the configuration is: `$XDG_CONFIG_HOME/ctdbts/config.toml`, `~/.config/ctdbts/config.toml` without that. */
export const configPath = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(homeOf(env), '.config'), 'ctdbts/config.toml')

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
    throw badConfig(path, (cause as Error).message, cause)
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
  throw badConfig(path, `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    if (cause instanceof TomlError) throw badConfig(path, `line ${cause.line}, column ${cause.column}: not TOML`, cause)
    throw badConfig(path, (cause as Error).message, cause)
  }
}

/** The error BAD_CONFIG: the file, and what is wrong where. */
export const badConfig = (path: string, reason: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('BAD_CONFIG', `cannot read the configuration ${path}: ${reason}`, {
    hint: 'see docs/ssh.md and docs/monitoring.md for its format',
    cause,
  })
