import { BEFORE, RUN_JS } from './checkouts.ts'
import { costOf, costsInTurn, ratiosOf } from './cost.ts'
import { reportLine } from './pairs.ts'

const ROUNDS = 40

/** The command lines, and which recording (see `recorded/daemon.ts`) answers them. */
const COMMANDS = [
  { line: 'ip', recording: 'ip' },
  { line: 'status', recording: 'status' },
  { line: '-X ip all -v', recording: 'ip-all' },
  { line: '--version', recording: 'ip' },
  { line: '--help', recording: 'ip' },
  { line: 'ip --help', recording: 'ip' },
]

/** What whole commands take against a bare Node, and against the program of before. */
export async function benchStart(
  withDaemon: (recording: string, use: (socket: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const { line, recording } of COMMANDS) await withDaemon(recording, (socket) => againstNode(line, socket))
}

async function againstNode(line: string, socket: string): Promise<void> {
  const cost = (...argv: string[]) => costOf([process.execPath, ...argv], { CTDB_SOCKET: socket })
  const ours = (program: string) => () => cost(program, ...line.split(' '))
  const pairs = await costsInTurn(ROUNDS, ours(RUN_JS), () => cost('-e', '0'))
  const report = (part: Parameters<typeof ratiosOf>[1], name: string, aim: string) =>
    console.log(reportLine(`\`ctdbts ${line}\` against \`node -e 0\`: ${name}`, ratiosOf(pairs, part), aim))
  report('cpuMs', 'processor time', 'at most 1.6')
  report('wallMs', 'time', 'at most 1.6')
  if (line === 'ip') report('kilobytes', 'memory', 'at most 1.5')
  if (!BEFORE) return
  const change = await costsInTurn(ROUNDS, ours(RUN_JS), ours(BEFORE))
  console.log(reportLine(`\`ctdbts ${line}\` against before: processor time`, ratiosOf(change, 'cpuMs'), ''))
}
