import { existsSync } from 'node:fs'
import { type LocalCommand, startLocally } from './start.ts'

/** The system's own, which has ctypes; one from PATH may be a wrapper that starts slowly. */
const PYTHON = '/usr/bin/python3'

/**
 * Starts a Python program on this machine, without the user's own packages and settings.
 * @throws CtdbtsError EXEC_FAILED without Python.
 */
export const startPython = (program: string, words: readonly string[] = []): Promise<LocalCommand> =>
  startLocally([existsSync(PYTHON) ? PYTHON : 'python3', '-I', '-S', '-c', program, ...words])
