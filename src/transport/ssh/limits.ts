/** Limits that apply to both of our ways over SSH. */

/** Without ConnectTimeout. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
/** Without ServerAliveInterval and ServerAliveCountMax. */
export const DEFAULT_KEEPALIVE = { intervalMs: 15_000, countMax: 3 } as const
/** Servers refuse connections when too many have not logged in yet (MaxStartups, 10 by default). */
export const MAX_OPENING = 8
/** sshd allows 10 sessions per connection (MaxSessions) by default; relays need some of them. */
export const MAX_COMMANDS = 4
