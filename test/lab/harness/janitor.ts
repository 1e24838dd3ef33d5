// Removes a lab when its owner is gone, however that came about: a signal, a crash, even SIGKILL. Run by the owner as a process of its
// own, with a pipe as standard input that nobody writes to; the kernel closes it when the owner ends.
import { removeLab } from './remove.ts'

const [labId] = process.argv.slice(2)
if (labId === undefined) throw new Error('which lab?')
// What the terminal or a supervisor sends to all of the owner's processes is not meant to leave the lab behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.stdin.on('end', () => removeLab(labId)).resume()
