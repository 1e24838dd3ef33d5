import { rmSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { DatabaseFiles } from '../databases/node-disk.ts'
import { makeFolder } from '../make-folder.ts'

/** The files of a node's databases in a folder: links to the socket that serves all of them. */
export const linkedFiles = (folder: string, socketPath: string): DatabaseFiles => ({
  folder,
  attached: ({ path }) => {
    try {
      makeFolder(dirname(path))
      rmSync(path, { force: true })
      symlinkSync(socketPath, path)
    } catch (cause) {
      throw new ControlFailure(-1, `cannot make ${path}: ${(cause as Error).message}`)
    }
  },
  detached: ({ path }) => rmSync(path, { force: true }),
})
