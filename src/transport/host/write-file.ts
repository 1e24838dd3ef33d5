import { CtdbtsError } from '../../lib/errors.ts'
import { MAX_FILE_BYTES, WRITTEN, writeCommand } from '../../lib/host/write-script.ts'
import { type HostAccess, machineOf } from '../host-access.ts'
import { failureOf } from './collect.ts'

const MAX_OUTPUT_BYTES = 65_536

export interface WriteLimits {
  readonly timeoutMs: number
  /** The folder with CTDB's configuration, unless the machine knows it or it is to be found. */
  readonly base?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Replaces a file beside CTDB's other files on a machine, at once and as a whole.
 * @param name its name, without a folder.
 * @returns its path.
 * @throws CtdbtsError FILE_TOO_LONG; EXEC_FAILED with the machine's reason; as `exec`.
 */
export async function writeFileOn(
  access: HostAccess,
  name: string,
  text: string,
  { timeoutMs, base, signal }: WriteLimits,
): Promise<string> {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_FILE_BYTES) {
    throw new CtdbtsError('FILE_TOO_LONG', `${name} would have ${bytes} bytes; at most ${MAX_FILE_BYTES} can be written`)
  }
  const command = writeCommand(base ?? access.configFolder ?? '', name, text)
  const result = await access.exec(command, { timeoutMs, maxBytes: MAX_OUTPUT_BYTES, signal })
  // A shell may greet before.
  const path = new RegExp(`^${WRITTEN} (/.*)$`, 'm').exec(result.stdout.toString())?.[1]
  const failed = failureOf(['sh'], machineOf(access), result)
  if (failed || path === undefined)
    throw failed ?? new CtdbtsError('EXEC_FAILED', `${machineOf(access)} has not said that it wrote ${name}`)
  return path
}
