import { spawnSync } from 'node:child_process'

/** Whether a program can be run here with mounts of its own; a test that needs that is skipped otherwise, and says so. */
export const canIsolate = spawnSync('unshare', ['-rm', 'true']).status === 0
if (!canIsolate) process.stderr.write('\nSome tests are SKIPPED: no mount namespaces can be created here\n')
