import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { LateEnd } from '../../../src/transport/openssh/late-end.ts'

/** A stream whose other side is played by the test, and the same with a late end. */
function played() {
  const sent: string[] = []
  const stream = new Duplex({
    allowHalfOpen: true,
    read() {},
    write(chunk, _encoding, done) {
      sent.push(String(chunk))
      done()
    },
  })
  const may = Promise.withResolvers<void>()
  return { stream, sent, mayEnd: may.resolve, late: new LateEnd(stream, () => may.promise) }
}

it('what is read and written passes, and the end waits', async () => {
  const { stream, sent, mayEnd, late } = played()
  late.write('question')
  stream.push('answer')
  stream.push(null)
  const all = text(late)
  const first = await Promise.race([all, new Promise((resolve) => setImmediate(() => resolve('waits')))])
  expect([first, sent]).toEqual(['waits', ['question']])
  mayEnd()
  expect(await all).toBe('answer')
})

it('what ended the connection meanwhile is the error', async () => {
  const { stream, mayEnd, late } = played()
  const failed = new Promise((resolve) => late.once('error', resolve))
  late.resume()
  stream.destroy()
  late.destroy(new Error('ssh was killed'))
  mayEnd()
  expect(await failed).toMatchObject({ message: 'ssh was killed' })
})

it('an error of the stream itself comes late, too', async () => {
  const { stream, mayEnd, late } = played()
  const failed = new Promise((resolve) => late.once('error', resolve))
  stream.destroy(new Error('reset'))
  mayEnd()
  expect(await failed).toMatchObject({ message: 'reset' })
})

it('what is destroyed ends the stream', async () => {
  const { stream, late } = played()
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  late.destroy()
  await closed
  expect(stream.destroyed).toBe(true)
})
