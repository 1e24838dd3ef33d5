import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core/config'
import { describe, expect, it } from 'vitest'
import { CtdbtsCommand } from '../../src/cli/base-command.ts'
import { MirrorCommand } from '../../src/cli/mirror-command.ts'

const config = await Config.load(fileURLToPath(new URL('../..', import.meta.url)))

/** The least that a command does. */
class Own extends CtdbtsCommand {
  static override id = 'own'

  async run(): Promise<unknown> {
    return (await this.parse(Own)).flags
  }
}

class Mirror extends MirrorCommand {
  static override id = 'mirror'

  async run(): Promise<unknown> {
    return (await this.parse(Mirror)).flags
  }
}

describe('a command that says nothing about its output', () => {
  it.each([
    [['-j'], '--json not supported by the own subcommand'],
    [['-X'], 'own has no output with separators'],
    [['-Y'], 'own has no output with separators'],
    [['--json', '--table'], '--table, --json, -j and -X exclude each other'],
  ])('refuses %j', async (argv, message) => {
    await expect(new Own(argv, config).run()).rejects.toMatchObject({ code: 'OUTPUT_FORM', message })
  })

  it('refuses only -j if ctdb has it', async () => {
    expect(await new Mirror(['-X'], config).run()).toMatchObject({ 'machine-parsable': true })
    await expect(new Mirror(['-j'], config).run()).rejects.toMatchObject({ code: 'OUTPUT_FORM' })
  })

  it.each([['--json'], ['--table'], ['-v']])('accepts %s', async (option) => {
    expect(await new Own([option], config).run()).toBeDefined()
  })
})

it('a command refuses -n unless it says that it handles it', async () => {
  await expect(new Own(['-n', '1'], config).run()).rejects.toMatchObject({
    code: 'USAGE',
    message: 'own does not take -n',
    hint: 'leave it out: own looks at all nodes',
  })
  expect(await new Mirror(['-n', '1'], config).run()).toMatchObject({ node: 1 })
})
