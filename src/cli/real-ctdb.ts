import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { CtdbtsError } from '../lib/errors.ts'
import type { ExecResult } from '../transport/host-access.ts'
import { wantsHost } from './host-flags.ts'
import { type GlobalOptions, timeoutMsOf } from './run-options.ts'
import { withMachine } from './with-machine.ts'

/**
 * For the `ctdb` that we start: the paths that were tried, as in PATH. A ctdbts that finds itself behind one of them, started by a script that
 * stands for it, goes on with the next one.
 */
const TRIED = 'CTDBTS_TRIED_CTDB'

const MAX_OUTPUT_BYTES = 4096

/**
 * The version of CTDB on this machine, or with --host on the first host that can be reached, from its `ctdb`: daemons do not report their
 * version.
 * @throws CtdbtsError NO_CTDB when there is none, NO_VERSION when it prints none; why no host can be reached.
 */
export const installedVersion = (options: GlobalOptions, env: NodeJS.ProcessEnv): Promise<string> =>
  withMachine(options, async (access) => {
    const elsewhere = wantsHost(options)
    const command = elsewhere ? (['ctdb'] as const) : startOf(env)
    const result = await access.exec([...command, 'version'], { timeoutMs: timeoutMsOf(options), maxBytes: MAX_OUTPUT_BYTES })
    return versionIn(result, elsewhere ? `on ${access.name}` : 'here')
  })

/** The exit status of a shell when there is no such command. */
const NOT_FOUND = 127

function versionIn({ exitStatus, stdout, stderr }: ExecResult, where: string): string {
  const version = stdout.toString().trim()
  if (exitStatus === 0 && version !== '') return version
  if (exitStatus === NOT_FOUND) throw noCtdb(where)
  const reason = stderr.trim() || `it ended with ${exitStatus ?? 'a signal'} and printed nothing`
  throw new CtdbtsError('NO_VERSION', `\`ctdb version\` ${where} failed: ${reason}`)
}

/**
 * The start of a command line that runs the first `ctdb` in PATH that is not this program under another name, nor leads back to it.
 * @throws CtdbtsError NO_CTDB.
 */
function startOf(env: NodeJS.ProcessEnv): [string, ...string[]] {
  const tried = env[TRIED]?.split(delimiter) ?? []
  const self = realPathOf(process.argv[1] ?? '')
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = folders
    .map((folder) => join(folder, 'ctdb'))
    .find((path) => isProgram(path) && realPathOf(path) !== self && !tried.includes(path))
  if (found !== undefined) return ['/usr/bin/env', `${TRIED}=${[...tried, found].join(delimiter)}`, found]
  if (tried.length === 0) throw noCtdb('here')
  throw new CtdbtsError('NO_CTDB', 'every `ctdb` in PATH is ctdbts itself', { hint: 'add the folder of the real one to PATH' })
}

const noCtdb = (where: string): CtdbtsError =>
  new CtdbtsError('NO_CTDB', `no \`ctdb\` is installed ${where}, and daemons do not report their version`, {
    hint: `use --host to ask a node with CTDB; this is ctdbts ${packageJson.version}`,
  })

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
