// Removes a lab when its owner ends for any reason: a signal, a crash, even SIGKILL. The owner runs this as a separate process whose
// standard input is a pipe that is never written to; the kernel closes the pipe when the owner ends.
import { removeLab } from './remove.ts'

const [labId] = process.argv.slice(2)
if (labId === undefined) throw new Error('usage: janitor LAB-ID')
// A terminal or a supervisor may signal all processes of the owner. This one has to outlive that, or the lab would stay.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.stdin.on('end', () => removeLab(labId)).resume()
