import { CtdbtsError } from '../../lib/errors.ts'
import { ChannelStream } from './channel-stream.ts'
import { farText } from './errors.ts'
import { quoteWords } from './quote.ts'
import { RELAY_SCRIPT } from './relay-script.ts'
import { abandon, type Session } from './session.ts'
import { SUDO, sudoRefusal } from './sudo.ts'

export interface Relayed {
  readonly stream: ChannelStream
  /** What passes the bytes on there. */
  readonly tool: string
  readonly path: string
}

const REPORT = /^ctdbts-relay (\S+) ?(.*)$/m
const MAX_STDERR = 64 * 1024
const NAME_SOCKET = 'start ctdbd there (`systemctl start ctdb`), or name its socket with --socket PATH'

/** The command that connects a session with the first of the paths at which there is a socket. */
export function relayLine(paths: readonly string[], sudo: boolean): string {
  return quoteWords([...(sudo ? SUDO : []), 'sh', '-c', RELAY_SCRIPT, 'ctdbts', ...paths])
}

/**
 * Waits for the relay's word that it is through.
 * @param signal ends the waiting, and the relay.
 * @throws CtdbtsError NO_SOCKET, NOBODY_LISTENS, NO_PERMISSION, NO_RELAY, SUDO.
 */
export function relayOn(
  { channel, exitStatus }: Session,
  paths: readonly string[],
  place: string,
  signal: AbortSignal,
): Promise<Relayed> {
  return new Promise((resolve, reject) => {
    let stderr = ''
    // What it prints before it is asked for stays in the channel.
    channel.pause()
    const hear = (chunk: Buffer) => {
      if (stderr.length < MAX_STDERR) stderr += chunk.toString('utf8')
      const [, word, said = ''] = REPORT.exec(stderr.slice(0, stderr.lastIndexOf('\n') + 1)) ?? []
      if (word === undefined) return
      const rest = farText(said)
      stopHearing()
      if (word !== 'ready') return fail(refusal(word, rest, paths, place))
      const [tool = '', ...path] = rest.split(' ')
      resolve({ stream: new ChannelStream(channel), tool, path: path.join(' ') })
    }
    const fail = (error: unknown) => {
      stopHearing()
      abandon(channel)
      reject(error)
    }
    const ended = () => fail(sudoRefusal(exitStatus(), stderr, place) ?? noRelay(stderr, exitStatus(), paths, place))
    const abort = () => fail(signal.reason)
    const stopHearing = () => {
      signal.removeEventListener('abort', abort)
      channel.stderr.removeListener('data', hear)
      channel.stderr.removeListener('close', ended)
      // What a relay says later is read too, or the channel's window would fill up.
      channel.stderr.resume()
    }
    channel.on('error', ended)
    channel.stderr.on('data', hear)
    channel.stderr.once('close', ended)
    signal.addEventListener('abort', abort)
  })
}

function refusal(word: string, rest: string, paths: readonly string[], place: string): CtdbtsError {
  switch (word) {
    case 'absent':
      return new CtdbtsError('NO_SOCKET', `no CTDB daemon runs on ${place}: there is no socket at ${paths.join(', ')}`, {
        hint: NAME_SOCKET,
      })
    case 'denied':
      return new CtdbtsError('NO_PERMISSION', `no permission to use the CTDB socket ${rest} on ${place}`, {
        hint: 'the socket is for root: log in as root, or give --sudo',
      })
    case 'refused':
      return new CtdbtsError('NOBODY_LISTENS', `nobody listens at ${rest} on ${place}: a ctdbd that is gone has left it behind`, {
        hint: 'start ctdbd there (`systemctl start ctdb`)',
      })
    case 'no-tool':
      return new CtdbtsError('NO_RELAY', `${place} has none of socat, nc (OpenBSD's) and python3, and forwards no sockets`, {
        hint: 'allow it in its sshd_config (AllowStreamLocalForwarding yes), or install socat there',
      })
    default:
      return new CtdbtsError('NO_CONNECTION', `cannot connect to the CTDB socket on ${place}: ${rest}`, { hint: NAME_SOCKET })
  }
}

function noRelay(stderr: string, exitStatus: number | null, paths: readonly string[], place: string): CtdbtsError {
  const said = farText(stderr.trim().split('\n').at(-1) ?? '')
  const why = said === '' ? `the command that would look closer ended with status ${exitStatus ?? 'unknown'}` : said
  return new CtdbtsError(
    'NO_RELAY',
    `sshd on ${place} forwards none of the sockets ${paths.join(', ')}, and runs nothing instead: ${why}`,
    {
      hint: 'see whether ctdbd runs there, and whether its sshd_config allows AllowStreamLocalForwarding, or commands',
    },
  )
}
