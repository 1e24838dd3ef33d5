import { realpathSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { CtdbtsError } from '../../../lib/errors.ts'
import type { TdbFile, TdbFileOptions } from '../../tdb-file.ts'
import { startPython } from '../python.ts'
import { damageInFile } from './damage-in-file.ts'
import { FramedFile } from './framed-file.ts'
import { TDB_SCRIPT } from './script.ts'

/**
 * Opens a TDB file on this machine through its TDB library. A helper process does it, as Node can neither take the locks of a file nor the
 * mutexes in it; its locks end with it, however it or this process ends. The databases of an embedded cluster are sockets instead of
 * files, behind which the cluster does the same.
 * @throws CtdbtsError TDB_LIBRARY without Python or the library; TDB_OPEN; the signal's reason.
 */
export async function openTdb({ path, openFlags, daemonPid = 0, beside, signal }: TdbFileOptions): Promise<TdbFile> {
  signal?.throwIfAborted()
  const isServed = statSync(path, { throwIfNoEntry: false })?.isSocket() === true
  if (!isServed && beside instanceof FramedFile) return await beside.openBeside(path, openFlags)
  const file = await (isServed
    ? openServed(path, signal)
    : openByHelper(path, [String(daemonPid), path, String(openFlags)], signal))
  try {
    const answer = await file.next()
    if (answer.letter === 'X') throw noLibrary('the TDB library is missing')
    if (answer.letter !== 'O') throw file.failure('TDB_OPEN', answer)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

async function openByHelper(path: string, words: readonly string[], signal: AbortSignal | undefined): Promise<FramedFile> {
  const helper = await startPython(TDB_SCRIPT, words).catch((cause) => {
    throw noLibrary('Python 3 is missing', cause)
  })
  // It writes only what a bug of ours is about.
  helper.stderr.resume()
  return new FramedFile(helper.stream, path, { signal, end: () => helper.kill(), damage: damageInFile })
}

/** The path leads to the socket of all databases of the node, so it is sent, too. */
async function openServed(path: string, signal: AbortSignal | undefined): Promise<FramedFile> {
  const socket = connect({ path: realpathSync(path) })
  // The end of the connection shows in what waits for answers.
  socket.on('error', () => {})
  const file = new FramedFile(socket, path, { signal, end: () => {} })
  const pid = Buffer.alloc(4)
  pid.writeUInt32LE(process.pid)
  file.send('P', Buffer.from(path), pid)
  return file
}

const noLibrary = (why: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('TDB_LIBRARY', `cannot open TDB files on this machine: ${why}`, {
    hint: 'install python3 and libtdb (libtdb1 on Debian)',
    cause,
  })
