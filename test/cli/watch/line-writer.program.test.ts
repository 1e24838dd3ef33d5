import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { lineWriter } from '../../../src/cli/watch/line-writer.ts'
import { folder } from '../../support/served-cluster.ts'

const LIMIT = 100_000
const LINE = 'x'.repeat(1_000)

/** Both ends of a connection, of which nobody reads the other end yet. */
async function connection(): Promise<{ output: Socket; reader: Socket }> {
  const path = folder().file('socket')
  const server = createServer({ pauseOnConnect: true }).listen(path)
  await once(server, 'listening')
  const output = connect(path)
  const [reader] = (await once(server, 'connection')) as [Socket]
  server.close()
  return { output, reader }
}

it('drops lines while nobody reads, keeps no more than its limit, and then writes how many were dropped', async () => {
  const { output, reader } = await connection()
  const write = lineWriter(output, (count) => `${count} missing`, LIMIT)
  for (let line = 0; line < 2_000; line++) write(`${line} ${LINE}`)
  expect(output.writableLength).toBeLessThan(LIMIT + 2 * LINE.length)

  const drained = once(output, 'drain')
  const lines: AsyncIterator<string, undefined> = createInterface({ input: reader })[Symbol.asyncIterator]()
  const readTo = async (what: RegExp) => {
    const read: string[] = []
    for (;;) {
      const { value } = await lines.next()
      if (value === undefined) throw new Error(`it ended without ${what}`)
      read.push(value)
      if (what.test(value)) return read
    }
  }
  const read = await readTo(/missing/)
  expect(read.length).toBeLessThan(2_000)
  expect(read.slice(0, -1).map((line) => Number(line.split(' ')[0]))).toEqual(read.slice(0, -1).map((_, index) => index))
  expect(read.at(-1)).toBe(`${2_000 - (read.length - 1)} missing`)

  await drained
  write('the next')
  expect(await readTo(/the next/)).toEqual(['the next'])
  output.destroy()
  reader.destroy()
})

it('drops nothing while somebody reads', async () => {
  const { output, reader } = await connection()
  const write = lineWriter(output, (count) => `${count} missing`, LIMIT)
  const lines = createInterface({ input: reader })
  for (let line = 0; line < 500; line++) {
    const arrived = once(lines, 'line')
    write(`${line} ${LINE}`)
    expect(await arrived).toEqual([`${line} ${LINE}`])
  }
  output.destroy()
  reader.destroy()
})
