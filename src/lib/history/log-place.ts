import { configValue } from '../audit/config-file.ts'
import { HOMES } from '../host/shell-parts.ts'

/** Where a node's log is. */
export type LogPlace =
  /** One of these files: that which was written to last. */
  | { readonly kind: 'file'; readonly paths: readonly string[] }
  /** The journal, or one of these files if there is no journal. */
  | { readonly kind: 'syslog'; readonly paths: readonly string[] }
  /** ctdb.conf names something else. */
  | { readonly kind: 'unknown'; readonly location: string }

const SYSLOG_FILES = ['/var/log/syslog', '/var/log/messages']

/** The place of the log by the text of ctdb.conf; null if there is none. */
export function logPlace(configFile: string | null): LogPlace {
  const location = configValue(configFile ?? '', 'logging', 'location') ?? 'file'
  if (location === 'file' || location === 'file:') return { kind: 'file', paths: HOMES.flatMap(({ logs }) => logs) }
  if (/^file:\//.test(location)) return { kind: 'file', paths: [location.slice('file:'.length)] }
  if (/^syslog(:|$)/.test(location)) return { kind: 'syslog', paths: SYSLOG_FILES }
  return { kind: 'unknown', location }
}
