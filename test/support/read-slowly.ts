import type { HostAccess } from '../../src/transport/host-access.ts'

/** Runs a command that prints much more than its limit, and takes each piece of it a turn later. @returns how many bytes came. */
export async function readSlowly(machine: HostAccess, argv: readonly [string, ...string[]]): Promise<number> {
  let bytes = 0
  const onStdout = async ({ length }: Buffer) => {
    await new Promise(setImmediate)
    bytes += length
  }
  const { stdout } = await machine.exec(argv, { timeoutMs: 20_000, maxBytes: 100, onStdout })
  return bytes + stdout.length
}
