import { Duplex, PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Echo } from '../../../src/transport/openssh/echo.ts'

/** An echo whose command is played by the test: what it was sent, and a way to answer. */
function played() {
  const sent: string[] = []
  let ends = 0
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      sent.push(String(chunk))
      done()
    },
  })
  const command = { stream, stderr: new PassThrough(), exitStatus: Promise.resolve(0), kill: () => {} }
  const echo = new Echo(command, () => ends++)
  return { echo, sent, ends: () => ends, answer: (text: string) => stream.push(text), end: () => stream.destroy() }
}

/** Whether a promise has been fulfilled by now. */
const isDone = async (promise: Promise<void>): Promise<boolean> => {
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))
  return await Promise.race([promise.then(() => true), later])
}

describe('an echo', () => {
  it('is waited for, whatever a shell there prints besides', async () => {
    const { echo, sent, answer } = played()
    const [first, second] = [echo.roundTrip(), echo.roundTrip()]
    expect(sent).toEqual(['ctdbts-echo 1\n', 'ctdbts-echo 2\n'])
    answer('Welcome!\nno newline')
    expect(await isDone(first)).toBe(false)
    answer('ctdbts-echo 1\nctdbts-ec')
    expect([await isDone(first), await isDone(second)]).toEqual([true, false])
    answer('ho 2\n')
    expect(await isDone(second)).toBe(true)
  })

  it('is not waited for when its command has ended', async () => {
    const { echo, ends, end } = played()
    const before = echo.roundTrip()
    end()
    await before
    await echo.roundTrip()
    expect(ends()).toBe(1)
  })
})
