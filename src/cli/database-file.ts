import { CtdbtsError } from '../lib/errors.ts'
import type { FileAccess } from '../operations/databases/open-file.ts'
import type { TargetNode } from '../operations/target-node.ts'
import { type HostOptions, wantsHost } from './host-flags.ts'

/** Access to the files of the databases of the local node. */
export async function fileAccess({ client, localPnn }: TargetNode, signal?: AbortSignal): Promise<FileAccess> {
  const { openTdb } = await import('../transport/local/tdb/tdb-file.ts')
  return { client, localPnn, openTdb, signal }
}

/** @throws CtdbtsError FILE_ELSEWHERE when the options name another machine. */
export function requireThisMachine(options: HostOptions): void {
  if (!wantsHost(options)) return
  throw new CtdbtsError('FILE_ELSEWHERE', 'the command reads or writes a file here, so it cannot be used with --host or --run', {
    hint: 'run it on the node itself',
  })
}
