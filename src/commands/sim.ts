import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { globalFlags } from '../cli/options.ts'
import { clusterFlags, simSettings } from '../cli/sim-flags.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { LEVELS, type Level } from '../lib/log/level.ts'

export default class Sim extends CtdbtsCommand {
  static override readonly group = 'start'
  static override summary = 'Run an embedded cluster to experiment with'
  static override description =
    `Simulates nodes, kernels, recovery daemons and links in one process, behind real Unix sockets and a real SSH server that speak CTDB's
protocol: ctdbts and ctdb work with it as with a real cluster. Runs in the foreground, prints its log, and executes commands from --do, from
a scenario and from standard input ("help" lists them). Ctrl-C ends it. Changes nothing outside its own folder; --netns creates namespaces.

A scenario is a file with lines "nodes N", "addresses N", "seed N", "era 2017|now" and "at SECONDS COMMAND" ("at +SECONDS": after the
previous line). # starts a comment.

With --json, prints each event as a line: started, ready, log, command, error, overview, stopped.`
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
      summary: 'Run this command as soon as the cluster is ready',
    }),
    speed: Flags.string({ helpValue: 'FACTOR', default: '1', summary: 'Simulated seconds per real second' }),
    for: Flags.string({ helpValue: 'SECONDS', summary: 'End after this many real seconds' }),
    log: Flags.string({
      options: [...LEVELS],
      helpValue: 'LEVEL',
      summary: 'Least severe log level to show [default: NOTICE; 2017: INFO]',
    }),
    dir: Flags.string({ helpValue: 'DIR', summary: 'Folder for sockets, files and keys [default: a temporary one]' }),
    'ssh-port': Flags.string({
      helpValue: 'PORT',
      default: '0',
      summary: 'SSH port of node 0; the other nodes use the next ones (0: any free port)',
    }),
    'no-ssh': Flags.boolean({ summary: 'Start no SSH servers' }),
    netns: Flags.boolean({ summary: 'Use real kernels: one network namespace per node (needs root and Linux)' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Sim)
    const settings = await simSettings(flags)
    const speed = factor('speed', flags.speed)
    if (flags.netns && speed !== 1) {
      throw new CtdbtsError('USAGE', '--netns works with --speed 1 only, as real kernels run in real time')
    }
    const { runSession } = await import('../cli/sim/session.ts')
    await runSession({
      settings,
      speed,
      directory: flags.dir,
      ssh: flags['no-ssh'] ? undefined : { firstPort: port('ssh-port', flags['ssh-port']) },
      netns: flags.netns,
      first: flags.do ?? [],
      level: flags.log as Level | undefined,
      forMs: flags.for === undefined ? undefined : 1000 * factor('for', flags.for),
      json: flags.json,
    })
    return undefined
  }
}

const MAX_FACTOR = 100_000

function factor(option: string, text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MAX_FACTOR) return value
  throw new CtdbtsError('USAGE', `--${option} takes a number above 0 and up to ${MAX_FACTOR}, not ${JSON.stringify(text)}`)
}

function port(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new CtdbtsError('USAGE', `--${option} takes a port, not ${JSON.stringify(text)}`)
}
