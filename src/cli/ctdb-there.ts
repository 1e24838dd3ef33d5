import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import { type HostAccess, machineOf } from '../transport/host-access.ts'
import { visibleLines } from '../ui/visible.ts'

/** More than a database prints that anybody looks at. */
const MAX_BYTES = 1 << 28
/** -T ends it earlier. */
const LONGEST_MS = 3_600_000
/** The exit status of a shell when there is no such command. */
const NOT_FOUND = 127

/**
 * Runs a command line of `ctdb` on another machine, and prints what it prints.
 * @throws CtdbtsError NO_CTDB; HELPER_FAILED with its exit status, when it has said why.
 */
export async function runCtdbOn(access: HostAccess, words: readonly string[], signal?: AbortSignal): Promise<void> {
  const limits = { timeoutMs: LONGEST_MS, maxBytes: MAX_BYTES, signal }
  const { exitStatus, stdout, stderr } = await access.exec(['ctdb', ...words], limits)
  if (exitStatus === NOT_FOUND) {
    throw new CtdbtsError('NO_CTDB', `no \`ctdb\` is installed on ${machineOf(access)}`, {
      hint: 'the command needs it there, as it works on something of that machine',
    })
  }
  process.stdout.write(process.stdout.isTTY ? visibleLines(stdout.toString()) : stdout)
  process.stderr.write(visibleLines(stderr))
  if (exitStatus === 0) return
  throw new CtdbtsError('HELPER_FAILED', `\`ctdb\` on ${machineOf(access)} ended with ${exitStatus ?? 'a signal'}`, {
    exitStatus: exitStatus ?? EXIT_STATUS.failure,
    ctdbText: { stderr: [] },
  })
}
