import { expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { waitUntil } from './harness/wait.ts'
import type { Report } from './verify/report.ts'

/** More than what follows the starts of the daemons, which may be recent. */
const RECOVERIES = 12

describeOnLab('recoveries that follow one another', (lab) => {
  const isFound = async (): Promise<boolean> => {
    const { stdout } = await lab.ctdbts(0, 'verify', ...labSsh(lab).flags, '--host', '10.99.0.1', '--json')
    const report: Report = JSON.parse(stdout)
    return report.findings.some(({ id, state }) => id === 'recovery-repeated' && state === 'real')
  }

  it('are counted by the daemons, and found until they have ended', async () => {
    for (let count = 0; count < RECOVERIES; count++) await lab.must(0, 'ctdb', 'recover')
    expect(await isFound()).toBe(true)
    await waitUntil('no recovery is recent', async () => ((await isFound()) ? 'recoveries are found' : undefined))
  })
})
