import { expect, it } from 'vitest'
import { grouped } from '../../src/cli/command-groups.ts'
import { COMMANDS } from '../../src/commands/index.ts'

it('every command that is not hidden stands in just one group of the help', async () => {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([id, load]) => {
      const { default: command } = await load()
      return { id, hidden: command.hidden, group: 'group' in command ? command.group : undefined }
    }),
  )
  const shown = grouped(commands).flatMap(([, members]) => members.map(({ id }) => id))
  expect(shown.toSorted()).toEqual(commands.flatMap(({ id, hidden }) => (hidden ? [] : id)).toSorted())
})
