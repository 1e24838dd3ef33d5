import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core/config'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CtdbtsCommand } from '../../src/cli/base-command.ts'
import type { DaemonSession } from '../../src/cli/daemon-session.ts'
import { openSim } from '../../src/cli/open-sim.ts'
import { optionShapes } from '../../src/cli/options.ts'
import { cutCommandLine } from '../../src/cli/popt.ts'
import { COMMANDS } from '../../src/commands/index.ts'
import type { CtdbtsError } from '../../src/lib/errors.ts'

const TIMEOUT_MS = 10_000
/** What -n leads to: no node has that number, the command asks its own daemon only, or it does not take -n. */
const REFUSALS = ['NO_SUCH_NODE', 'LOCAL_ONLY', 'USAGE']
/** No node of the embedded cluster has it. */
const ABSENT_NODE = '9'

interface CommandClass extends Pick<typeof CtdbtsCommand, 'id' | 'examples' | 'baseFlags' | 'flags'> {
  new (argv: string[], config: Config): CtdbtsCommand
}

const config = await Config.load(fileURLToPath(new URL('../..', import.meta.url)))
const commands = await Promise.all(
  Object.entries(COMMANDS).map(async ([id, load]) => Object.assign((await load()).default as unknown as CommandClass, { id })),
)
/** The others refuse -n as an option that they do not know. `history` asks no node: it leaves out what concerns others. */
const withNode = commands.filter((command) => command.id !== 'history' && Object.hasOwn({ ...command.baseFlags }, 'node'))

let session: DaemonSession
let close: () => void

beforeAll(async () => {
  const { client, host, close: closeSim } = await openSim({ sim: true }, TIMEOUT_MS)
  session = { client, host, pnn: client.pnn(), timeoutMs: TIMEOUT_MS }
  close = () => {
    client.close()
    closeSim()
  }
})
afterAll(() => close())

/** The arguments of its first example: `… -n 1 getvar NAME | less` has NAME. */
function exampleArguments({ examples = [], baseFlags, flags }: CommandClass): string[] {
  const [line = ''] = String(examples[0] ?? '')
    .replace('<%= config.bin %>', '')
    .trim()
    .split(/ [|&]/)
  return cutCommandLine(line.split(' '), optionShapes({ ...baseFlags, ...flags })).words.slice(1)
}

// A command that ignored -n would show or change another node than the one that was meant.
it.each(withNode.map((command) => ({ id: command.id, command })))(
  '$id looks for the node that -n names, or refuses -n',
  async ({ command }) => {
    const instance = new command([...exampleArguments(command), '-n', ABSENT_NODE], config)
    Object.assign(instance, { withDaemon: (_: unknown, use: (session: DaemonSession) => unknown) => use(session) })
    const outcome = await instance.run().then(
      () => 'succeeds',
      ({ code, message }: CtdbtsError) => code ?? message,
    )
    expect(REFUSALS).toContain(outcome)
  },
)
