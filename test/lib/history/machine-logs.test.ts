import { describe, expect, it } from 'vitest'
import { LogStore } from '../../../src/lib/history/log-store.ts'

const NOW_MS = Date.UTC(2027, 0, 1)

/** The lines that count of a log that was read from a machine of this name. */
function kept(hostname: string, hosts: readonly string[]) {
  const store = new LogStore({ fromLocal: (ms) => ms, nowMs: NOW_MS })
  const reader = store.open('node 1: /var/log/messages', 1, { fromLocal: (ms) => ms - 3_600_000, hostname })
  reader.push(hosts.map((host, second) => `2026-11-28 16:33:0${second} ${host} ctdbd[1]: monitor event failed\n`).join(''))
  reader.end()
  store.finish()
  const times = store.sources.flatMap(({ host, given, events }) =>
    events.map(({ rawMs }) => `${host} ${given} ${new Date(rawMs).toISOString()}`),
  )
  return { times, others: store.logs[0]?.otherHosts }
}

describe('the log of a machine', () => {
  it('has the times of its zone, and only its own lines', () => {
    expect(kept('n1.example.org', ['N1', 'n2', 'n10'])).toEqual({
      times: ['N1 1 2026-11-28T15:33:00.000Z'],
      others: ['n2', 'n10'],
    })
  })

  it('has all lines if they have only one name, which may be an earlier one', () => {
    expect(kept('n1', ['old', 'old']).times).toHaveLength(2)
    expect(kept('', ['old', 'old']).times).toHaveLength(2)
  })

  it('has none if they have several, none of them its own', () => {
    expect(kept('n1', ['a', 'b'])).toEqual({ times: [], others: ['a', 'b'] })
  })
})
