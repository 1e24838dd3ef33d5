import { afterEach, describe, expect, it } from 'vitest'
import { Planner } from '../../../src/cli/watch/planner.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import { imagine } from '../../../src/lib/takeover/what-if.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

const now = makeSnapshot({ owners: [0, 1, 2] })

describe('the planner of a watch', () => {
  const planner = new Planner()
  afterEach(() => planner[Symbol.dispose]())

  it('plans in its own thread as it would in ours', async () => {
    const edits = [{ kind: 'disable', pnn: 1 }] as const
    const { snapshot: imagined, assumptions } = imagine(now, edits)
    const plan = { ...planTakeover(now, { imagined, assumptions }), whatIf: edits, assumptions }
    expect(await planner.plan({ now, edits })).toEqual({ state: 'done', plan })
  })

  it('reports why a what-if is impossible, and continues', async () => {
    expect(await planner.plan({ now, edits: [{ kind: 'up', pnn: 1 }] })).toEqual({
      state: 'failed',
      why: 'impossible what-if: node 1 is already up and healthy',
    })
    expect(await planner.plan({ now, edits: [] })).toMatchObject({ state: 'done' })
  })

  it('drops a task when a newer one comes', async () => {
    const older = planner.plan({ now, edits: [] })
    const newer = planner.plan({ now, edits: [{ kind: 'down', pnn: 2 }] })
    expect(await older).toBeUndefined()
    expect(await newer).toMatchObject({ state: 'done' })
  })
})
