import { readFile } from 'node:fs/promises'
import { configValue } from '../../lib/audit/config-file.ts'
import type { ClusterNode } from '../../lib/cluster/node.ts'
import { readNodesList } from '../../lib/cluster/nodes-list.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { ExecResult, HostAccess } from '../host-access.ts'
import { machineOf } from '../place.ts'

/** A nodes file has an address a line. */
const MAX_BYTES = 1 << 20

/** The machine whose nodes list is meant. */
export interface NodesSource {
  readonly access: HostAccess
  /** Whether that is this machine. */
  readonly isHere: boolean
  /** The folder there with CTDB's configuration. */
  readonly base: string
  /** For each command. */
  readonly timeoutMs: number
  /** Told what a command that prints the nodes has said besides. */
  readonly onStderr: (text: string) => void
}

/**
 * The nodes as the configuration of a machine has them: the file `nodes`, or what `nodes list = …` (4.22 on) in ctdb.conf names: another
 * file, or, with a ! in front, a command that prints them. Its words are separated by blanks, and no shell reads them. Its exit status
 * does not matter, as with the real tool.
 * @throws CtdbtsError NO_NODES, or BAD_CONFIG for an empty `nodes list`, in the real tool's words; what ended the connection to the machine.
 */
export async function readNodes(source: NodesSource): Promise<ClusterNode[]> {
  const configFile = `${source.base}/ctdb.conf`
  const config = await readText(source, configFile)
  const list = configValue(config ?? '', 'cluster', 'nodes list') ?? `${source.base}/nodes`
  if (list === '') throw emptyList(configFile)
  const failure = (...before: string[]) => {
    const line = `Failed to read nodes from "${list}"`
    return new CtdbtsError('NO_NODES', [...before, line].join('; '), {
      hint: `see ctdb(7), under "NODES"; ${machineOf(source.access)} is where it was looked for`,
      ctdbText: { stderr: [...before, line] },
    })
  }
  const text = list.startsWith('!') ? await run(source, list.slice(1), failure) : await readText(source, list)
  if (text === undefined) throw failure()
  const read = readNodesList(text)
  if ('invalid' in read) throw failure(`Invalid node address ${read.invalid}`)
  return read.nodes
}

function emptyList(configFile: string): CtdbtsError {
  const empty = 'conf: empty value [cluster] -> "nodes list"'
  const file = `Failed to load configuration file ${configFile}`
  return new CtdbtsError('BAD_CONFIG', `${configFile}: "nodes list" is empty`, {
    hint: 'name a file or a command there, or take the line out; CTDB does not start with it',
    ctdbText: { stderr: [empty, file, 'Failed to load configuration'] },
  })
}

/** Undefined when it printed nothing. */
async function run(source: NodesSource, command: string, failure: (line: string) => CtdbtsError): Promise<string | undefined> {
  const [file = '', ...argv] = command.split(/[ \t]+/).filter((word) => word !== '')
  const notRun = (why: string) => failure(`sys_popenv: ERROR executing command '${file}': ${why}`)
  // The real tool does not look in PATH.
  const path = file.includes('/') ? file : `./${file}`
  const { access, timeoutMs } = source
  let result: ExecResult
  try {
    result = await access.exec([path, ...argv], { timeoutMs, maxBytes: MAX_BYTES })
  } catch (error) {
    if (error instanceof CtdbtsError && error.code === 'EXEC_FAILED') throw notRun(reasonOf(error))
    throw error
  }
  if (result.stderr !== '') source.onStderr(result.stderr)
  return result.stdout.length === 0 ? undefined : result.stdout.toString()
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOEXEC: 'Exec format error',
}

function reasonOf({ cause, message }: CtdbtsError): string {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  return (code && REASONS[code]) ?? message
}

/** Undefined when it cannot be read. Here that takes no other program. */
async function readText({ access, isHere, timeoutMs }: NodesSource, path: string): Promise<string | undefined> {
  if (isHere) return await readFile(path, 'utf8').catch(() => undefined)
  const { exitStatus, stdout } = await access.exec(['cat', path], { timeoutMs, maxBytes: MAX_BYTES })
  return exitStatus === 0 ? stdout.toString() : undefined
}
