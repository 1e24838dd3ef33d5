import { CtdbtsError } from '../../lib/errors.ts'
import { isRegularFile } from '../../lib/host/file-mode.ts'
import type { HostAccess } from '../../transport/host-access.ts'

const MAX_BYTES = 1 << 20

/**
 * The sizes of files on a machine in bytes, by path: of those that are there and are files. Nothing is known where the machine cannot be
 * asked.
 */
export async function fileSizes(
  host: HostAccess,
  paths: readonly string[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (paths.length === 0) return new Map()
  try {
    const { stdout } = await host.exec(['stat', '-L', '-c', '%f %s %n', '--', ...paths], { timeoutMs, maxBytes: MAX_BYTES })
    return new Map(stdout.toString().split('\n').flatMap(sizeIn))
  } catch (error) {
    if (error instanceof CtdbtsError) return new Map()
    throw error
  }
}

function sizeIn(line: string): [string, number][] {
  const [, mode = '', size = '', path = ''] = /^([0-9a-f]+) (\d+) (.*)$/.exec(line) ?? []
  return isRegularFile(mode) ? [[path, Number(size)]] : []
}
