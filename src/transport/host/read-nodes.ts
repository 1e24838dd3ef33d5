import { readFile } from 'node:fs/promises'
import { configValue } from '../../lib/audit/config-file.ts'
import type { ClusterNode } from '../../lib/cluster/node.ts'
import { readNodesList } from '../../lib/cluster/nodes-list.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type ExecResult, type HostAccess, machineOf } from '../host-access.ts'

/** Far more than a nodes file needs, with one address per line. */
const MAX_BYTES = 1 << 20

/** The machine whose list of nodes is read. */
export interface NodesSource {
  readonly access: HostAccess
  /** Whether that is this machine. */
  readonly isHere: boolean
  /** The folder there with CTDB's configuration. */
  readonly base: string
  /** Time limit for each command, in milliseconds. */
  readonly timeoutMs: number
  /** Called with the standard error of a command that prints the nodes. */
  readonly onStderr: (text: string) => void
}

/**
 * The nodes in the configuration of a machine: the file `nodes`, or what `nodes list = …` (4.22 on) in ctdb.conf names, another file or, after a
 * `!`, a command that prints them. The words of the command are separated by blanks, and no shell interprets them. As with ctdb, its exit
 * status is ignored.
 * @throws CtdbtsError NO_NODES, or BAD_CONFIG for an empty `nodes list`, in ctdb's words; what ended the connection to the machine.
 */
export async function readNodes(source: NodesSource): Promise<ClusterNode[]> {
  const configFile = `${source.base}/ctdb.conf`
  const config = await readText(source, configFile)
  const list = configValue(config ?? '', 'cluster', 'nodes list') ?? `${source.base}/nodes`
  if (list === '') throw emptyList(configFile)
  const failure = (...before: string[]) => {
    const line = `Failed to read nodes from "${list}"`
    return new CtdbtsError('NO_NODES', [...before, line].join('; '), {
      hint: `see "NODES" in ctdb(7); the list was read on ${machineOf(source.access)}`,
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
    hint: 'set it to a file or a command, or remove the line; CTDB does not start with it',
    ctdbText: { stderr: [empty, file, 'Failed to load configuration'] },
  })
}

/** Runs the command; undefined when it printed nothing. */
async function run(source: NodesSource, command: string, failure: (line: string) => CtdbtsError): Promise<string | undefined> {
  const [file = '', ...argv] = command.split(/[ \t]+/).filter((word) => word !== '')
  const notRun = (why: string) => failure(`sys_popenv: ERROR executing command '${file}': ${why}`)
  // ctdb does not look in PATH.
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

/** The text of a file that lists nodes; undefined when it cannot be read. On this machine no other program is needed. */
export async function readText(
  { access, isHere, timeoutMs }: Pick<NodesSource, 'access' | 'isHere' | 'timeoutMs'>,
  path: string,
): Promise<string | undefined> {
  if (isHere) return await readFile(path, 'utf8').catch(() => undefined)
  const { exitStatus, stdout } = await access.exec(['cat', path], { timeoutMs, maxBytes: MAX_BYTES })
  return exitStatus === 0 ? stdout.toString() : undefined
}
