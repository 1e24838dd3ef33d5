import type { ClientChannel } from 'ssh2'

/** A command that has been started. */
export interface Session {
  readonly channel: ClientChannel
  /** What it has ended with; null while it has not, or when a signal has ended it. */
  exitStatus(): number | null
}

/** To be called before anything else comes in: the status may be in the same packet as the news that the command was started. */
export function sessionOf(channel: ClientChannel): Session {
  let exitStatus: number | null = null
  channel.once('exit', (status: number | null) => {
    exitStatus = status
  })
  return { channel, exitStatus: () => exitStatus }
}

/**
 * Closes a channel that nobody wants any more. What is still on its way to it is dropped: ssh2 would ask for more of it, on a channel that
 * is no more, which a server may take for an error of the whole connection.
 */
export function abandon(channel: ClientChannel): void {
  channel.close()
  for (const stream of [channel, channel.stderr]) stream.push = () => false
}
