import { expect, it } from 'vitest'
import { COMMAND_GROUPS } from '../../src/commands/groups.ts'
import { COMMANDS } from '../../src/commands/index.ts'

it('every command stands in just one group of the help', () => {
  const shown = Object.values(COMMAND_GROUPS)
    .flat()
    .filter((id) => Object.hasOwn(COMMANDS, id))
  expect(shown.toSorted()).toEqual(Object.keys(COMMANDS).toSorted())
})
