import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { clusterFlags, simSettings } from '../cli/sim-flags.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { LEVELS, type Level } from '../lib/log/entry.ts'

export default class Sim extends CtdbtsCommand {
  static override summary = 'run an embedded cluster, and break it'
  static override description =
    `Nodes, kernels, recovery daemons and links in one process, behind real Unix sockets and a real SSH server, in CTDB's own
protocol: ctdbts and ctdb work on it as on a real cluster. It runs in the foreground, prints its log, and does what it is told: by --do, by a
scenario, and line by line ("help" shows how). Ctrl-C ends it. Nothing outside of its own folder is touched; --netns makes namespaces.

A scenario is a file with lines "nodes N", "addresses N", "seed N", "era 2017|now" and "at SECONDS COMMAND" ("at +SECONDS": after the line
before). # begins a comment.

With --json each event is a line: started, ready, log, command, error, overview, stopped.`
  static override examples = [
    '<%= config.bin %> sim',
    '<%= config.bin %> sim --nodes 5 --addresses 20 --do "crash 1"',
    '<%= config.bin %> sim --era 2017 --do "restart-network 1" --for 5',
    '<%= config.bin %> sim --netns',
  ]
  static override baseFlags = { json: globalFlags.json } as typeof globalFlags
  static override flags = {
    ...clusterFlags,
    do: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'COMMAND',
      summary: 'do this as soon as it is ready',
    }),
    speed: Flags.string({ helpValue: 'FACTOR', default: '1', summary: 'simulated seconds in a real one' }),
    for: Flags.string({ helpValue: 'SECONDS', summary: 'end after so many (real) seconds' }),
    log: Flags.string({
      options: [...LEVELS],
      helpValue: 'LEVEL',
      summary: 'how much of its log to show [default: NOTICE; 2017: INFO]',
    }),
    dir: Flags.string({ helpValue: 'DIR', summary: 'for sockets, files and keys [default: a temporary one]' }),
    'ssh-port': Flags.string({
      helpValue: 'PORT',
      default: '0',
      summary: "of node 0; the others have the next ones (0: any that's free)",
    }),
    'no-ssh': Flags.boolean({ summary: 'no SSH servers' }),
    netns: Flags.boolean({ summary: 'real kernels: a network namespace for each node (root, on Linux)' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Sim)
    const settings = await simSettings(flags)
    const speed = factor(flags.speed)
    if (flags.netns && speed !== 1) {
      throw new CtdbtsError('USAGE', 'real kernels have real time: --netns goes with --speed 1 only')
    }
    const { runSession } = await import('../cli/sim/session.ts')
    await runSession({
      settings,
      speed,
      directory: flags.dir,
      ssh: flags['no-ssh'] ? undefined : { firstPort: port(flags['ssh-port']) },
      netns: flags.netns,
      first: flags.do ?? [],
      level: flags.log as Level | undefined,
      forMs: flags.for === undefined ? undefined : 1000 * factor(flags.for),
      json: flags.json,
    })
    return undefined
  }
}

const MAX_FACTOR = 100_000

function factor(text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MAX_FACTOR) return value
  throw new CtdbtsError('USAGE', `${JSON.stringify(text)} is no number above 0, up to ${MAX_FACTOR}`)
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new CtdbtsError('USAGE', `${JSON.stringify(text)} is no port`)
}
