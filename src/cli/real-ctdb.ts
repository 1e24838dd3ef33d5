import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { CtdbtsError } from '../lib/errors.ts'
import type { ExecResult } from '../transport/host-access.ts'
import { type GlobalOptions, timeoutMsOf } from './base-command.ts'
import { wantsHost } from './host-flags.ts'
import { withMachine } from './with-machine.ts'

/** Set for the `ctdb` that we start: whoever finds it set has been started by us, and must not start another. */
const MARK = 'CTDBTS_STARTED_CTDB'

const MAX_OUTPUT_BYTES = 4096

/**
 * The version of the CTDB that is installed on this machine, or (--host) on the first of those that can be reached: what its own tool says,
 * as no daemon tells it.
 * @throws CtdbtsError NO_CTDB when there is none, NO_VERSION when it does not tell; why no machine can be reached.
 */
export const installedVersion = (options: GlobalOptions, env: NodeJS.ProcessEnv): Promise<string> =>
  withMachine(options, async (access) => {
    const elsewhere = wantsHost(options)
    const command = elsewhere ? (['ctdb'] as const) : (['/usr/bin/env', `${MARK}=1`, findRealCtdb(env)] as const)
    const result = await access.exec([...command, 'version'], { timeoutMs: timeoutMsOf(options), maxBytes: MAX_OUTPUT_BYTES })
    return versionIn(result, elsewhere ? `on ${access.name}` : 'here')
  })

/** What a shell says with its status when there is no such command. */
const NOT_FOUND = 127

function versionIn({ exitStatus, stdout, stderr }: ExecResult, where: string): string {
  const version = stdout.toString().trim()
  if (exitStatus === 0 && version !== '') return version
  if (exitStatus === NOT_FOUND) throw noCtdb(where)
  const reason = stderr.trim() || `it ended with ${exitStatus ?? 'a signal'}, and said nothing`
  throw new CtdbtsError('NO_VERSION', `\`ctdb version\` ${where} does not tell: ${reason}`)
}

/**
 * The first `ctdb` in PATH that is not this program under another name.
 * @throws CtdbtsError NO_CTDB, also when it was us who were started as the real one.
 */
function findRealCtdb(env: NodeJS.ProcessEnv): string {
  if (env[MARK] !== undefined) {
    throw new CtdbtsError('NO_CTDB', 'the `ctdb` in PATH leads back to ctdbts', {
      hint: 'put the folder of the real one in front of it in PATH',
    })
  }
  const self = realPathOf(process.argv[1] ?? '')
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = folders.map((folder) => join(folder, 'ctdb')).find((path) => isProgram(path) && realPathOf(path) !== self)
  if (found === undefined) throw noCtdb('here')
  return found
}

const noCtdb = (where: string): CtdbtsError =>
  new CtdbtsError('NO_CTDB', `no \`ctdb\` is installed ${where}, and daemons do not tell their version`, {
    hint: `this is ctdbts ${packageJson.version}; a node with CTDB can be asked with --host`,
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
