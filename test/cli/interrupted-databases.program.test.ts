import { expect, it, onTestFinished } from 'vitest'
import { randomFrom } from '../lab/takeover-run/random.ts'
import { interruptRounds, startRun } from '../support/interrupted-databases.ts'
import { RUN_JS } from '../support/program.ts'
import { simNodes } from '../support/sim-nodes.ts'
import { tempDir } from '../support/temp-dir.ts'

/** INTERRUPTIONS=N interrupts more commands; INTERRUPTIONS_SEED=… repeats an earlier test. */
const interruptions = Number(process.env.INTERRUPTIONS ?? 4)
const seed = Number(process.env.INTERRUPTIONS_SEED ?? Date.now() % 1_000_000)

it('interrupted commands leave databases of the embedded cluster whole and free', {
  timeout: 60_000 + interruptions * 10_000,
}, async () => {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  const { on, socketPath } = await simNodes({ speed: 10 })
  const cut = await interruptRounds(
    {
      pnns: [0, 1, 2],
      start: (pnn, ...argv) => startRun(process.execPath, [RUN_JS, ...argv], { CTDB_SOCKET: socketPath(pnn) }),
      other: on,
      dump: async (pnn, name) => (await on(pnn, 'catdb', name, '--json')).stdout,
      file: (name) => dir.file(name),
    },
    randomFrom(seed),
    4 + interruptions,
  )
  process.stdout.write(`commands cut off on the embedded cluster: ${cut} (INTERRUPTIONS_SEED=${seed})\n`)
  expect(cut).toBeGreaterThan(0)
})
