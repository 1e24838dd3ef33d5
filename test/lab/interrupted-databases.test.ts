import { expect, it, onTestFinished } from 'vitest'
import { interruptRounds, startRun } from '../support/interrupted-databases.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { untilHealthy } from './harness/view.ts'
import { randomFrom } from './takeover-run/random.ts'

/** INTERRUPTIONS=N interrupts more commands; LAB_SEED=… repeats an earlier test. */
const interruptions = Number(process.env.INTERRUPTIONS ?? 8)
const seed = Number(process.env.LAB_SEED ?? Date.now() % 1_000_000)

describeOnLab('interrupted commands', (lab) => {
  it('leave databases whole, and free for the other tool', { timeout: 60_000 + interruptions * 20_000 }, async () => {
    const dir = tempDir()
    onTestFinished(() => dir[Symbol.dispose]())
    const cut = await interruptRounds(
      {
        pnns: lab.pnns,
        start(pnn, ...argv) {
          const [file = '', ...words] = lab.argv(pnn, [...lab.program, ...argv])
          // nsenter becomes the program, which so gets the signal.
          return startRun(file, words)
        },
        other: (pnn, ...argv) => lab.ctdb(pnn, ...argv),
        dump: async (pnn, name) => (await lab.ctdbts(pnn, 'catdb', name, '--json')).stdout,
        file: (name) => dir.file(name),
      },
      randomFrom(seed),
      4 + interruptions,
    )
    process.stdout.write(`commands cut off on the lab: ${cut} (LAB_SEED=${seed})\n`)
    // Nothing keeps the cluster from recovering either, and its databases are healthy.
    await lab.must(0, 'ctdb', 'recover')
    await untilHealthy(lab)
    for (const pnn of lab.pnns) {
      expect(await lab.must(pnn, 'ctdb', 'status')).toContain('Recovery mode:NORMAL (0)')
      expect(await lab.must(pnn, 'ctdb', 'getdbstatus', 'interrupted.tdb')).toContain('HEALTH: OK')
    }
    expect(cut).toBeGreaterThan(0)
  })
})
