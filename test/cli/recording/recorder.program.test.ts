import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RecordingFolder } from '../../../src/cli/recording/folder.ts'
import { lockFolder } from '../../../src/cli/recording/folder-lock.ts'
import { Recorder, type RecordingStore } from '../../../src/cli/recording/recorder.ts'
import { SingleFile } from '../../../src/cli/recording/single-file.ts'
import { recordingFile } from '../../../src/cli/recording/with-recorder.ts'
import type { Observation } from '../../../src/lib/watch/observation.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'
import { readBack } from '../../support/recorded-world.ts'
import { folder } from '../../support/served-cluster.ts'

const START_MS = Date.UTC(2026, 0, 2, 10)
const seen = (second: number): Observation => ({
  kind: 'seen',
  atMs: START_MS + second * 1_000,
  beganMs: START_MS + second * 1_000,
  snapshot: healthyCluster(),
})
const told = (second: number): Observation => ({ kind: 'told', atMs: START_MS + second * 1_000, pnn: 0, event: 'RECONFIGURE' })

const about = { title: 'a test', isSimulated: true, intervalMs: 2_000 }

/** A recorder with what it says. */
function recorderTo(store: RecordingStore) {
  const words: string[] = []
  const onProblem = ({ message }: Error) => void words.push(message)
  return { recorder: new Recorder({ store, about, onProblem, onResumed: (text) => void words.push(text) }), words }
}

const linesOf = (...paths: readonly string[]): string[] => paths.flatMap((path) => readFileSync(path, 'utf8').split('\n'))

/** Records to a file or a folder, each when the one before is written, and ends. */
async function record(store: RecordingStore, ...observations: readonly Observation[]): Promise<readonly string[]> {
  const calls: Promise<void>[] = []
  const noted = (call: Promise<void>) => {
    calls.push(call)
    return call
  }
  const { recorder, words } = recorderTo({
    name: store.name,
    isFull: (waiting, nowMs) => store.isFull(waiting, nowMs),
    begin: (text, nowMs) => noted(store.begin(text, nowMs)),
    append: (text) => noted(store.append(text)),
    close: () => store.close(),
  })
  for (const each of observations) {
    recorder.observe(each)
    await turn()
    await Promise.allSettled(calls)
  }
  await recorder.end()
  return words
}

describe('a recording in one file', () => {
  it('goes on behind an earlier one, also where that was cut', async () => {
    const path = folder().file('a.jsonl')
    await record(new SingleFile(path), seen(0), told(1))
    appendFileSync(path, '{"n":3,"kind":"to')
    await record(await recordingFile(path), seen(10), told(11))
    const { observations, reader } = readBack(linesOf(path))
    expect(observations.map(({ kind }) => kind)).toEqual(['seen', 'told', 'seen', 'told'])
    expect(reader.counts).toMatchObject({ foreign: 1, missing: 0 })
  })

  it('leaves a file alone that is something else', async () => {
    const path = folder().file('a.jsonl')
    writeFileSync(path, 'precious')
    await expect(recordingFile(path)).rejects.toThrow('exists and is not a recording')
    expect(await record(new SingleFile(path), seen(0))).toEqual([expect.stringContaining('exists and is not a recording')])
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })

  it('says once that it cannot be written to, and counts what is missing', async () => {
    const path = folder().file('no/such/folder/a.jsonl')
    const { recorder, words } = recorderTo(await recordingFile(path))
    for (const second of [0, 1, 2]) {
      recorder.observe(seen(second))
      await vi.waitFor(() => expect(words).toHaveLength(1))
    }
    await recorder.end()
    expect(words).toEqual([expect.stringMatching(/^cannot record to .*: ENOENT/)])
    expect(recorder.missingLines).toBe(4)
  })

  it('notices that the disk is full', async () => {
    expect(await record(new SingleFile('/dev/full'), seen(0))).toEqual([expect.stringMatching(/^cannot record to .*: ENOSPC/)])
  })
})

describe('a recorder', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('goes on when there is room again, with a whole sample', async () => {
    let isFull = false
    const texts: string[] = []
    const append = async (text: string) => {
      if (isFull) throw new Error('the disk is full')
      texts.push(text)
    }
    const { recorder, words } = recorderTo({ name: 'x', isFull: () => false, begin: append, append, close: async () => {} })
    const observe = async (...observations: readonly Observation[]) => {
      for (const each of observations) recorder.observe(each)
      await turn()
    }
    await observe(seen(0), told(1))
    isFull = true
    await observe(seen(2), told(3))
    await observe(seen(4), told(5))
    isFull = false
    await observe(seen(6))
    vi.advanceTimersByTime(5_000)
    await observe(told(7), seen(8), seen(10))
    await recorder.end()
    expect(words).toEqual(['cannot record to x: the disk is full', 'recording to x again; 6 lines are missing'])
    expect(recorder.missingLines).toBe(6)
    const { observations, reader } = readBack(texts.join('').split('\n'))
    expect(observations.map(({ atMs }) => (atMs - START_MS) / 1_000)).toEqual([0, 1, 8, 10])
    expect(reader.counts).toMatchObject({ missing: 6, baseless: 0 })
  })
})

describe('a folder of recordings', () => {
  const names = (path: string) => readdirSync(path).sort()

  it('has a new file when one is full, and keeps the last ones', async () => {
    const { path, file } = folder()
    writeFileSync(file('other.jsonl'), 'precious')
    const large = Array.from({ length: 20 }, (_, second): Observation => {
      const nodes = healthyCluster().nodes.map((facts) => ({ ...facts, clusterLock: String(second % 10).repeat(9_000) }))
      return { kind: 'seen', atMs: START_MS + second * 1_000, beganMs: START_MS, snapshot: { ...healthyCluster(), nodes } }
    })
    await record(new RecordingFolder(path, { maxBytes: 2_000, keep: 3 }), ...large)
    const files = names(path).filter((name) => name.startsWith('ctdbts-'))
    // As large as four whole samples, however small the limit is.
    expect(files).toEqual(['06', '12', '18'].map((second) => `ctdbts-2026-01-02T10-00-${second}.000Z.jsonl`))
    expect(readFileSync(file('other.jsonl'), 'utf8')).toBe('precious')
    const { observations, reader } = readBack(linesOf(...files.map(file)))
    expect(observations).toEqual(large.slice(6).map((each) => ({ ...each, snapshot: expect.anything() })))
    expect(reader.counts).toMatchObject({ missing: 0, foreign: 0 })
    // Each can be read alone.
    expect(files.map((each) => readBack(linesOf(file(each))).observations.length)).toEqual([6, 6, 2])
  })

  it('goes on in the last file after a start, unless that is of another day', async () => {
    const { path } = folder()
    const limits = { maxBytes: 1 << 20, keep: 3 }
    await record(new RecordingFolder(path, limits), seen(0))
    await record(new RecordingFolder(path, limits), seen(60))
    expect(names(path)).toHaveLength(1)
    await record(new RecordingFolder(path, limits), seen(86_400))
    expect(names(path)).toHaveLength(2)
  })

  it('has names in the order of its files, also when the clock was set back', async () => {
    const { path, file } = folder()
    const limits = { maxBytes: 100, keep: 9 }
    await record(new RecordingFolder(path, limits), seen(9), seen(5), seen(6))
    expect(readBack(linesOf(...names(path).map(file))).observations.map(({ atMs }) => (atMs - START_MS) / 1_000)).toEqual([
      9, 5, 6,
    ])
  })

  it('notices when its file was removed', async () => {
    const { path, file } = folder()
    const { recorder, words } = recorderTo(new RecordingFolder(path, { maxBytes: 1 << 20, keep: 3 }))
    recorder.observe(seen(0))
    await vi.waitFor(() => expect(names(path)).toHaveLength(1))
    rmSync(file(names(path)[0] ?? ''))
    await recorder.end()
    expect(words).toEqual([expect.stringContaining('the file was removed')])
  })

  it('is recorded to by one program at a time', async () => {
    const { path } = folder()
    const lock = await lockFolder(path)
    await expect(lockFolder(path)).rejects.toThrow('another ctdbts records to')
    lock[Symbol.dispose]()
    await vi.waitFor(async () => (await lockFolder(path))[Symbol.dispose]())
  })
})
