import { afterEach, describe, expect, it } from 'vitest'
import { Planner } from '../../../src/cli/watch/planner.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import { imagine } from '../../../src/lib/takeover/what-if.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

const now = makeSnapshot({ owners: [0, 1, 2] })

describe('the planner of a watch', () => {
  const planner = new Planner()
  afterEach(() => planner[Symbol.dispose]())

  it('answers in its own thread as it would in ours', async () => {
    const edits = [{ kind: 'disable', pnn: 1 }] as const
    const { snapshot: imagined, assumptions } = imagine(now, edits)
    expect(await planner.ask({ now, edits })).toEqual({ state: 'done', plan: planTakeover(now, { imagined, assumptions }) })
  })

  it('says why something cannot be imagined, and goes on', async () => {
    expect(await planner.ask({ now, edits: [{ kind: 'up', pnn: 1 }] })).toEqual({
      state: 'failed',
      why: 'cannot imagine that: node 1 is up and healthy already',
    })
    expect(await planner.ask({ now, edits: [] })).toMatchObject({ state: 'done' })
  })

  it('drops a question when a newer one comes', async () => {
    const older = planner.ask({ now, edits: [] })
    const newer = planner.ask({ now, edits: [{ kind: 'down', pnn: 2 }] })
    expect(await older).toBeUndefined()
    expect(await newer).toMatchObject({ state: 'done' })
  })
})
