import type { ClientChannel } from 'ssh2'
import type { RunningCommand } from '../running-command.ts'
import { abandon, ChannelStream } from './channel-stream.ts'

/** Call this as soon as the channel is open: the exit status may be in the same packet as the confirmation. */
export function sessionOf(channel: ClientChannel): RunningCommand {
  const stream = new ChannelStream(channel)
  const { stderr } = channel
  const exitStatus = new Promise<number | null>((resolve) => {
    channel.once('exit', (status: number | null) => resolve(status))
    channel.once('close', () => resolve(null))
  })
  return {
    stream,
    stderr,
    exitStatus,
    kill: () => {
      // sshd does not end a command whose channel is closed. When it runs as root, no signal reaches it either.
      channel.signal('TERM')
      abandon(channel)
    },
  }
}
