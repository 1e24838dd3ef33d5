import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { daemonVersionIn } from '../lib/cluster/daemon-version.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { SHELL_STATUS } from '../lib/shell-status.ts'
import type { ExecResult } from '../transport/host-access.ts'
import { wantsHost } from './host-flags.ts'
import { type GlobalOptions, timeoutMsOf } from './run-options.ts'
import { withMachine } from './with-machine.ts'

/**
 * A variable for the `ctdb` that we start: which paths of `ctdb` were tried before, as in PATH. Such a path may be a script that starts ctdbts
 * again: that one knows by this not to start the script once more, and asks the `ctdbd` that is installed with it, or the next `ctdb` in PATH.
 */
const TRIED = 'CTDBTS_TRIED_CTDB'

const MAX_OUTPUT_BYTES = 4096

/**
 * The version of CTDB on this machine, or with --host on the first host that can be reached. Daemons do not report their version: its `ctdb` does.
 * Where that is ctdbts under another name, the program file of the `ctdbd` that belongs to it tells.
 * @throws CtdbtsError NO_CTDB when there is none, NO_VERSION when it prints none; why no host can be reached.
 */
export const installedVersion = (options: GlobalOptions, env: NodeJS.ProcessEnv): Promise<string> =>
  withMachine(options, async (access) => {
    const elsewhere = wantsHost(options)
    const source = elsewhere ? { command: ['ctdb'] as const } : sourceHere(env)
    if ('daemon' in source) return versionOf(source.daemon)
    const argv = [...source.command, 'version'] as const
    const result = await access.exec(argv, { timeoutMs: timeoutMsOf(options), maxBytes: MAX_OUTPUT_BYTES })
    return versionIn(result, elsewhere ? `on ${access.name}` : 'here')
  })

function versionIn({ exitStatus, stdout, stderr }: ExecResult, where: string): string {
  const version = stdout.toString().trim()
  if (exitStatus === 0 && version !== '') return version
  if (exitStatus === SHELL_STATUS.notFound) throw noCtdb(where)
  const reason = stderr.trim() || `it ended with ${exitStatus ?? 'a signal'} and printed nothing`
  throw new CtdbtsError('NO_VERSION', `\`ctdb version\` ${where} failed: ${reason}`)
}

function versionOf(daemon: string): string {
  const version = daemonVersionIn(readFileSync(daemon))
  if (version !== undefined) return version
  throw new CtdbtsError('NO_VERSION', `\`ctdb\` is ctdbts itself, and the version of ${daemon} is unknown`)
}

/**
 * Where the version is to be had: from the first `ctdb` in PATH. If that is this program under another name, or leads back to it, then from the
 * `ctdbd` that is installed with it, else from the next `ctdb`; at last from the first `ctdbd` in PATH.
 * @throws CtdbtsError NO_CTDB.
 */
function sourceHere(env: NodeJS.ProcessEnv): { command: [string, ...string[]] } | { daemon: string } {
  const tried = env[TRIED]?.split(delimiter) ?? []
  const self = realPathOf(process.argv[1] ?? '')
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const path of folders.map((folder) => join(folder, 'ctdb')).filter(isProgram)) {
    const isOurs = realPathOf(path) === self || tried.includes(path)
    if (!isOurs) return { command: ['/usr/bin/env', `${TRIED}=${[...tried, path].join(delimiter)}`, path] }
    const daemon = [join(path, '../ctdbd'), join(path, '../../sbin/ctdbd')].find(isProgram)
    if (daemon !== undefined) return { daemon }
  }
  const daemon = folders.map((folder) => join(folder, 'ctdbd')).find(isProgram)
  if (daemon !== undefined) return { daemon }
  if (tried.length === 0) throw noCtdb('here')
  throw new CtdbtsError('NO_CTDB', 'every `ctdb` in PATH is ctdbts itself', {
    hint: 'add the folder of the real one, or of ctdbd, to PATH',
  })
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
