import type { Duplex } from 'node:stream'
import { CtdbtsError } from '../lib/errors.ts'
import { RELAY_GO, RELAY_REPORT, RELAY_SCRIPT } from '../lib/host/relay-script.ts'
import { lastLineOf } from '../lib/last-line.ts'
import { noNullDevice } from './exec-errors.ts'
import { remoteText } from './remote-text.ts'
import type { RunningCommand } from './running-command.ts'

export interface Relayed {
  readonly stream: Duplex
  /** The program on the host that relays the bytes. */
  readonly tool: string
  readonly path: string
}

/** What to say of a machine on which nothing can be relayed; this depends on how it is reached. */
export interface RelayWay {
  /** Name of the machine for messages. */
  readonly machine: string
  /** The error when it has no program that can relay. */
  readonly noTool: () => CtdbtsError
  /** The error when the command ended without a report: what it printed on standard error, and its exit status. */
  readonly noReport: (stderr: string, exitStatus: number | null) => CtdbtsError
  /** The error when the way does not pass on standard input, if it is one that may not. */
  readonly noInput?: () => CtdbtsError
  /** The error when it gives the command a terminal, which mixes its outputs, if it is one that may. */
  readonly hasTerminal?: () => CtdbtsError
}

const REPORT = new RegExp(`^${RELAY_REPORT} (\\S+) ?(.*)$`, 'm')
const MAX_STDERR = 64 * 1024
const NAME_SOCKET =
  'start ctdbd there (`systemctl start ctdb`), or look for it in containers with `ctdbts discover`; --socket PATH names its socket'

/** The command that connects its standard streams to the first of the paths that has a socket. */
export const relayCommand = (paths: readonly string[]): [string, ...string[]] => ['sh', '-c', RELAY_SCRIPT, 'ctdbts', ...paths]

/**
 * Waits for the relay to report that it is connected.
 * @param signal stops the wait, and the relay.
 * @throws CtdbtsError NO_SOCKET, NOBODY_LISTENS, NO_PERMISSION, NO_CONNECTION, EXEC_FAILED, and those of `way`.
 */
export function relayOn(command: RunningCommand, paths: readonly string[], way: RelayWay, signal: AbortSignal): Promise<Relayed> {
  return new Promise((resolve, reject) => {
    const { stream, stderr: errors, exitStatus } = command
    let stderr = ''
    let early = ''
    // A daemon says nothing before it is asked. At the end of the stream, reading would make it end before anyone listens.
    const listen = () => {
      if (stream.readableLength === 0) return
      early += stream.read()?.toString('latin1') ?? ''
      if (way.hasTerminal && early.includes(RELAY_REPORT)) fail(way.hasTerminal())
      else if (early.length > MAX_STDERR) stream.removeListener('readable', listen)
    }
    const receive = (chunk: Buffer) => {
      if (stderr.length < MAX_STDERR) stderr += chunk.toString('utf8')
      const [, word, said = ''] = REPORT.exec(stderr.slice(0, stderr.lastIndexOf('\n') + 1)) ?? []
      if (word === undefined) return
      const rest = remoteText(said)
      stopReceiving()
      if (word !== 'ready') return fail(refusal(word, rest, paths, way))
      if (early !== '') stream.unshift(Buffer.from(early, 'latin1'))
      const [tool = '', ...path] = rest.split(' ')
      resolve({ stream, tool, path: path.join(' ') })
    }
    const fail = (error: unknown) => {
      stopReceiving()
      command.kill()
      reject(error)
    }
    const ended = async () => fail(way.noReport(stderr, await exitStatus))
    // What it printed before it ended tells more than that it took no input.
    const broken = (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? undefined : ended())
    const abort = () => fail(signal.reason)
    const stopReceiving = () => {
      signal.removeEventListener('abort', abort)
      errors.removeListener('data', receive)
      errors.removeListener('close', ended)
      stream.removeListener('readable', listen)
      // Later output is read too, or the relay would wait for that.
      errors.resume()
    }
    stream.on('error', broken)
    stream.on('readable', listen)
    errors.on('data', receive)
    errors.once('close', ended)
    signal.addEventListener('abort', abort)
    stream.write(`${RELAY_GO}\n`)
  })
}

function refusal(word: string, rest: string, paths: readonly string[], way: RelayWay): CtdbtsError {
  const { machine, noTool, noInput } = way
  if (word === 'no-input' && noInput) return noInput()
  switch (word) {
    case 'absent':
      return new CtdbtsError('NO_SOCKET', `no CTDB daemon runs on ${machine}: there is no socket at ${paths.join(', ')}`, {
        hint: NAME_SOCKET,
      })
    case 'denied':
      return new CtdbtsError('NO_PERMISSION', `no permission to use the CTDB socket ${rest} on ${machine}`, {
        hint: 'only root may use the socket: log in as root, or use --sudo',
      })
    case 'refused':
      return new CtdbtsError('NOBODY_LISTENS', `no daemon listens on ${rest} on ${machine}: the socket is a leftover`, {
        hint: 'start ctdbd there (`systemctl start ctdb`)',
      })
    case 'no-tool':
      return noTool()
    case 'no-null':
      return noNullDevice(machine)
    default:
      return new CtdbtsError('NO_CONNECTION', `cannot connect to the CTDB socket on ${machine}: ${rest}`, { hint: NAME_SOCKET })
  }
}

/** Why a command ended: the last line that it printed, else its exit status. */
export function endingOf(stderr: string, exitStatus: number | null): string {
  const lastLine = remoteText(lastLineOf(stderr))
  return lastLine === '' ? `exit status ${exitStatus ?? 'unknown'}` : lastLine
}
