import { expect, it } from 'vitest'
import { controls } from '../../../src/lib/wire/controls.ts'
import { messages } from '../../../src/lib/wire/messages.ts'

it.each([
  ['control', Object.entries(controls).map(([name, { opcode }]) => ({ name, number: BigInt(opcode) }))],
  ['message', Object.entries(messages).map(([name, { srvid }]) => ({ name, number: srvid }))],
])('each %s has a number of its own', (_, declared) => {
  const groups = [...Map.groupBy(declared, ({ number }) => number).values()]
  expect(groups.filter(({ length }) => length > 1)).toEqual([])
})
