import { spawnSync } from 'node:child_process'
import type { HostAccess } from '../../src/transport/host-access.ts'
import { localHost } from '../../src/transport/local/host.ts'

/** Whether a command is there and succeeds. */
export const works = (file: string, ...argv: string[]): boolean => spawnSync(file, argv).status === 0

/** The shells of this machine that stand for those of nodes. */
export const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([file = '', ...argv]) =>
  works(file, ...argv, '-c', 'true'),
)

/** This machine, with a shell of our choice, and through a command that runs another. */
export function machine(shell: readonly string[] = ['sh'], through: readonly string[] = []): HostAccess {
  const host = localHost()
  return {
    ...host,
    exec: ([, ...argv], limits) => host.exec([...through, ...shell, ...argv] as [string, ...string[]], limits),
  }
}
