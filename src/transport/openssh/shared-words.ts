import { quoteWords } from '../quote.ts'

/** ssh replaces tokens such as %h in paths. */
const withoutTokens = (path: string): string => path.replaceAll('%', '%%')

/**
 * The words of an ssh that uses an existing connection, and fails where there is none: without this ProxyCommand it would connect by itself.
 * It reads no configuration, which was that of the connection.
 */
const sharedWords = (controlPath: string): [string, ...string[]] => [
  'ssh',
  ...['-F', 'none'],
  ...['-S', withoutTokens(controlPath)],
  ...['-o', 'ControlMaster=no'],
  ...['-o', 'ProxyCommand=false'],
  '-T',
]

/** The name of the host for such an ssh, which has no use for one. */
const ANY_HOST = 'ctdbts'

/** Runs a command line on the host. */
export const lineWords = (controlPath: string, line: string): [string, ...string[]] => [
  ...sharedWords(controlPath),
  '--',
  ANY_HOST,
  line,
]

/** The ProxyCommand for a host behind the connection. */
export const proxyThrough = (controlPath: string): string =>
  `${withoutTokens(quoteWords([...sharedWords(controlPath), '-W']))} '[%h]:%p' ${ANY_HOST}`
