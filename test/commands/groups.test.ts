import { expect, it } from 'vitest'
import { COMMAND_GROUPS } from '../../src/commands/groups.ts'
import { COMMANDS } from '../../src/commands/index.ts'

it('every command that is not hidden stands in just one group of the help', () => {
  const shown = Object.values(COMMAND_GROUPS)
    .flat()
    .filter((id) => Object.hasOwn(COMMANDS, id))
  const commands = Object.entries(COMMANDS).filter(([, command]) => !command.hidden)
  expect(shown.toSorted()).toEqual(commands.map(([id]) => id).toSorted())
})
