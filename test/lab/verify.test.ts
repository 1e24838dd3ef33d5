import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CtdbClient } from '../../src/transport/client.ts'
import { connectUnix } from '../../src/transport/unix.ts'
import type { RunResult } from '../support/program.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { untilHealthy } from './harness/view.ts'
import { disableTakeoverRuns } from './takeover-run/settle.ts'
import { FAULTS } from './verify/faults.ts'

/** What of a JSON report is looked at. */
interface Report {
  readonly findings: readonly {
    readonly id: string
    readonly state: string
    readonly causedBy?: string | null
    readonly subject: {
      readonly pnn?: number
      readonly address?: string
      readonly interfaceName?: string
      readonly detail?: string
    }
  }[]
  readonly unknown: readonly unknown[]
}

/** Findings that do not follow from others, as the table of faults names them. */
function rootsOf({ findings }: Report): string[] {
  return findings
    .filter(({ state, causedBy }) => state === 'real' && !causedBy)
    .map(({ id, subject: { pnn, address, interfaceName, detail } }) =>
      [id, pnn ?? '-', address ?? '-', interfaceName ?? detail ?? '-'].join(' ').replace(/( -)+$/, ''),
    )
    .toSorted()
}

describeOnLab('verify', (lab) => {
  let client: CtdbClient
  const audit = async (...argv: string[]): Promise<RunResult> =>
    await lab.ctdbts(0, 'verify', ...labSsh(lab).flags, '--host', '10.99.0.1', ...argv)
  const report = async (): Promise<{ report: Report; status: number; stderr: string }> => {
    const { stdout, stderr, status } = await audit('--json')
    return { report: JSON.parse(stdout), status, stderr }
  }

  beforeAll(async () => {
    client = await connectUnix(lab.socketPath(0), { timeoutMs: 10_000 })
  })
  afterAll(() => client.close())

  it('finds nothing wrong with a healthy cluster, which one host is enough to reach', async () => {
    expect(await audit()).toMatchObject({ stdout: 'Nothing is wrong (3 nodes, 42 checks)\n', stderr: '', status: 0 })
  })

  describe.each(FAULTS)('$name', (fault) => {
    let expected: readonly string[]

    beforeAll(async () => {
      if (fault.frozen) await disableTakeoverRuns(client, 300)
      expected = await fault.make({ lab, client })
    })

    afterAll(async () => {
      await fault.undo?.({ lab, client })
      if (fault.frozen) await disableTakeoverRuns(client, 0)
      await untilHealthy(lab)
    })

    it('is found, and nothing else', { timeout: 60_000 }, async () => {
      const { report: found, stderr } = await report()
      const roots = rootsOf(found).map((root) => expected.find((start) => root.startsWith(start)) ?? root)
      expect({ roots, unknown: found.unknown, stderr }).toEqual({
        roots: expected.toSorted(),
        unknown: [],
        stderr: '',
      })
    })
  })
})
