import { describe, expect, it } from 'vitest'
import { corpusOf, faultOf, loadTarget, seedsOf, targetNames } from './target.ts'

// `npm run fuzz` looks for new inputs; these are the ones that were chosen, or that once showed a fault.
describe('all inputs of the corpus are read, or refused as they have to be', () => {
  it.each(targetNames)('%s', async (name) => {
    const target = await loadTarget(name)
    const seeds = seedsOf(target).map((input, index): [string, Uint8Array] => [`seed ${index}`, input])
    const faults = [...seeds, ...corpusOf(name)].flatMap(([file, input]) => {
      const fault = faultOf(target, input)
      return fault ? [`${file}: ${fault.reason}`] : []
    })
    expect(faults).toEqual([])
    expect(seeds.length).toBeGreaterThan(0)
  })
})
