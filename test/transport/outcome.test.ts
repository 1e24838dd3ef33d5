import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/transport/outcome.ts'

/** A command that has printed this, and ended. */
function ended(...chunks: string[]) {
  const [stream, stderr] = [new PassThrough(), new PassThrough()]
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  stderr.end()
  stderr.resume()
  return { stream, stderr, exitStatus: Promise.resolve(0), kill: () => stream.destroy() }
}

describe('the outcome of a command whose output is taken as it comes', () => {
  it('has no output, which has no limit', async () => {
    const taken: string[] = []
    const onStdout = (chunk: Buffer) => {
      taken.push(chunk.toString())
      return undefined
    }
    const outcome = await outcomeOf(ended('one', 'two'), ['ctdb'], 'node1', { timeoutMs: 1000, maxBytes: 1, onStdout })
    expect(taken.join('')).toBe('onetwo')
    expect(outcome).toEqual({ exitStatus: 0, stdout: Buffer.alloc(0), stderr: '' })
  })

  it('waits until each piece is taken', async () => {
    const steps: string[] = []
    const onStdout = async (chunk: Buffer) => {
      steps.push(`gets ${chunk}`)
      await new Promise(setImmediate)
      steps.push(`took ${chunk}`)
    }
    await outcomeOf(ended('one', 'two'), ['ctdb'], 'node1', { timeoutMs: 1000, maxBytes: 100, onStdout })
    expect(steps).toEqual(['gets one', 'took one', 'gets two', 'took two'])
  })
})
