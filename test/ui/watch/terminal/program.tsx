// A terminal UI to be tried in a real terminal: it is bundled and started by the tests. Capital letters make things go wrong.
import type { Message, Model } from '../../../../src/ui/watch/model/model.ts'
import { update } from '../../../../src/ui/watch/reducer.ts'
import { openTerminal } from '../../../../src/ui/watch/terminal/terminal.tsx'
import { entry, watched } from '../models.ts'

const { columns, rows } = process.stdout
const first: Model = watched({ nodes: 4, addresses: 20, columns, rows, model: { title: 'tried' } })
let updates = 0

/** What goes wrong, or is measured, when a key is pressed: at once, but for what has to be outside of an update. */
const TRICKS: Readonly<Record<string, () => void>> = {
  U: () => {
    throw new Error('the update went wrong')
  },
  E: () => void setTimeout(thrown, 1),
  X: () => process.exit(3),
  M: () => void setTimeout(flood, 1),
  J: () => void write('\x1b[8;5Hjunk'),
  B: () => void setTimeout(moveOne, 1),
}

/** The real update, with keys of our own. */
function tried(model: Model, message: Message): ReturnType<typeof update> {
  updates += 1
  // The clock stands still, so that screens are the same each time.
  if (message.kind === 'ticked') return { model, effects: [] }
  if (message.kind !== 'key') return update(model, message)
  // A cluster that no view can draw.
  if (message.key === 'V') return { model: { ...model, cluster: { ...model.cluster, nodes: [null as never] } }, effects: [] }
  TRICKS[message.key]?.()
  return update(model, message)
}

function thrown(): never {
  throw new Error('nobody caught this')
}

function flood(): void {
  const before = writes
  for (let index = 1; index <= 2000; index += 1) {
    terminal.dispatch({ kind: 'reported', text: `told ${index}`, failed: false, nowMs: first.nowMs })
  }
  setTimeout(() => {
    terminal.dispatch({ kind: 'reported', text: `drawn ${writes - before}`, failed: false, nowMs: first.nowMs })
  }, 300)
}

/** One address moves; says how many bytes that made on the terminal. */
function moveOne(): void {
  const { cluster } = terminal.model
  const addresses = cluster.addresses.map((each, index) =>
    index === 3 ? { ...each, owner: 1, claims: [1], heldBy: [1], sinceMs: first.nowMs } : each,
  )
  const entries = [entry(1, { text: '10.0.0.4 moved from node 3 to node 1' })]
  const before = bytes
  terminal.dispatch({ kind: 'observed', nowMs: first.nowMs, cluster: { ...cluster, addresses }, entries })
  setTimeout(() => {
    terminal.dispatch({ kind: 'reported', text: `bytes ${bytes - before}`, failed: false, nowMs: first.nowMs })
  }, 300)
}

let writes = 0
let bytes = 0
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = ((...args: Parameters<typeof write>) => {
  bytes += Buffer.byteLength(args[0])
  if (String(args[0]).includes('told')) writes += 1
  return write(...args)
}) as typeof write

process.stdout.write('before\n')
const terminal = openTerminal({
  first,
  update: tried,
  onEffect: (effect) => {
    if (effect.kind === 'quit') void terminal.close()
  },
  stdin: process.stdin,
  stdout: process.stdout,
  theme: { background: process.env.NO_COLOR === undefined ? 'dark' : 'none', ascii: process.env.LANG === 'C' },
})
terminal.closed.then(
  () => write(`closed after ${updates > 0 ? 'updates' : 'nothing'}\n`),
  (error: unknown) => {
    write(`failed: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  },
)
