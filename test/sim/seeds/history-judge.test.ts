import { describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import { pairsOf } from '../../support/history-deeds.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { WorldRecord } from '../../support/world-record.ts'
import { isTrueState } from './true-states.ts'

/** A cluster that has come up, and a node that is disabled then. */
function disabled() {
  const small = new SmallWorld()
  const record = new WorldRecord(small)
  small.world.start()
  small.world.settle(120_000)
  record.note()
  const atMs = small.world.clock.nowMs
  small.do('disable 1')
  small.pass(5_000)
  record.note()
  return { record, about: { fromMs: atMs, toMs: small.world.clock.nowMs } }
}

describe('the judge of histories', () => {
  const { record, about } = disabled()

  it.each([
    ['node 1 became DISABLED; it was OK', true],
    ['node 1 became STOPPED|INACTIVE', false],
    ['node 1 became DISABLED; it was BANNED|INACTIVE', false],
    ['node 0 became DISABLED', false],
    ['the daemon of node 1 started', false],
    ['the daemon of node 1 ended', false],
    ['link bond0 of node 1 went down', false],
  ])('says of `%s`: %s', (text, isSo) => {
    expect(isTrueState({ text } as HistoryEntry, record, about)).toBe(isSo)
  })

  it('takes a release for unsaid only if the log began after the address had come', () => {
    const done = [
      { deed: 'RELEASE_IP 0', atMs: 1 },
      { deed: 'TAKE_IP 1', atMs: 2 },
      { deed: 'RELEASE_IP 1', atMs: 3 },
    ]
    const take = { deed: 'TAKE_IP 1', isUnsure: false, fromMs: 2, toMs: 2 }
    const release = { deed: 'RELEASE_IP 1', isUnsure: false, fromMs: 3, toMs: 3 }
    const unsaid = { slackMs: 0, isCut: true, unnamed: new Map() }
    expect(pairsOf([take, release], done, unsaid)).toHaveLength(2)
    expect(pairsOf([take], done, unsaid)).toBeUndefined()
  })
})
