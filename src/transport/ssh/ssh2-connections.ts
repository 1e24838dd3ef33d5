import type { SshConnectionOptions, SshConnections } from '../ssh-connections.ts'
import type { SshConnection } from './connection.ts'
import { SshPool } from './pool.ts'
import { homeOf } from './user.ts'

/** Connections that this process makes itself. */
export function ssh2Connections({ ask, onMessage, ...options }: SshConnectionOptions): SshConnections {
  const pool = new SshPool({
    ...options,
    home: homeOf(options.env),
    ask: ask && ((question) => ask(question, { echo: false })),
    onKeyAdded: onMessage,
  })
  return {
    // All of them are its own.
    connect: (target, through) => pool.connect(target, through ? { through: through as SshConnection } : {}),
    get opened() {
      return pool.opened
    },
    close: () => pool.close(),
  }
}
