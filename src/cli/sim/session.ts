import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import type { Level } from '../../lib/log/level.ts'
import { isShown, type LogEntry, logLine, usualLevel } from '../../sim/log/entry.ts'
import { promised } from '../../sim/serve/promised.ts'
import { carryOutStep } from '../../sim/serve/scenario-runner.ts'
import { type SimServer, startSimServer } from '../../sim/serve/sim-server.ts'
import { parseSimCommand } from '../../sim/world/commands.ts'
import { completeSimLine } from '../../sim/world/complete.ts'
import { uniformLayout } from '../../sim/world/layout.ts'
import { heldAddresses, overviewOf } from '../../sim/world/overview.ts'
import { jsonLine } from '../../ui/json.ts'
import { painter } from '../../ui/table.ts'
import { visible } from '../../ui/visible.ts'
import type { SimLine } from '../lines.ts'
import { wantsColour } from '../output.ts'
import type { SimSettings } from '../sim-flags.ts'
import { Prompt } from './prompt.ts'
import { simHelp, simIntroduction, simOverview } from './text.ts'

export interface SessionOptions {
  readonly settings: SimSettings
  readonly speed: number
  readonly directory: string | undefined
  readonly ssh: { readonly firstPort: number } | undefined
  readonly netns: boolean
  /** Commands to carry out as soon as it is ready. */
  readonly first: readonly string[]
  /** Show the log from this level on; undefined: the level that was usual in its era. */
  readonly level: Level | undefined
  /** Milliseconds after which it ends by itself; undefined: never. */
  readonly forMs: number | undefined
  readonly json: boolean
}

/** Commands of the prompt that do nothing to the cluster. */
const OWN_WORDS = ['help', 'show', 'quit']

/**
 * Runs a simulated cluster in the foreground until it is interrupted: prints how to reach it and its log, and carries out commands.
 * @throws CtdbtsError when it cannot be started.
 */
export async function runSession(options: SessionOptions): Promise<void> {
  const session = new SimSession(options)
  await session.run()
}

class SimSession {
  private readonly options: SessionOptions
  private prompt: Prompt | undefined
  private server: SimServer | undefined
  private end = () => {}
  private fail: (error: unknown) => void = () => {}
  private isReady = false

  constructor(options: SessionOptions) {
    this.options = options
  }

  async run(): Promise<void> {
    const { settings, speed, directory, ssh, netns, forMs, first } = this.options
    for (const line of first) parseSimCommand(line)
    const ended = new Promise<void>((resolve, reject) => {
      this.end = resolve
      this.fail = reject
    })
    // Awaited only once the cluster is up.
    ended.catch(() => {})
    // From the start, as an interrupted start has to clean up, too.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, this.end)
    const server = await startSimServer({
      layout: uniformLayout(settings.nodes, settings.addresses),
      era: settings.era,
      seed: settings.seed,
      speed,
      directory,
      netns,
      ...(ssh && { ssh }),
      log: (entry) => this.log(entry),
      onBug: (error) => this.fail(error),
    })
    this.server = server
    try {
      this.introduce(server)
      this.isReady = true
      for (const line of first) this.attempt(line, () => server.cluster.carryOut(line))
      this.planSteps(server)
      const timer = forMs === undefined ? undefined : setTimeout(this.end, forMs)
      this.listen(server)
      await ended
      clearTimeout(timer)
    } finally {
      this.isReady = false
      this.prompt?.close()
      await server[Symbol.asyncDispose]()
      for (const signal of signals) process.off(signal, this.end)
      this.tell({ event: 'stopped' }, 'stopped\n')
    }
  }

  private introduce({ nodes, sshKeyPath, knownHostsPath, sshConfigPath, directory }: SimServer): void {
    const { nodes: count, addresses, seed, era } = this.options.settings
    const title = `A simulated cluster: ${count} nodes, ${addresses} public addresses, era ${era}, seed ${seed}.`
    const ssh = sshConfigPath && { sshKeyPath, knownHostsPath, sshConfigPath }
    this.tell({ event: 'started', formatVersion: 1, era, seed, addresses, directory, ...ssh, nodes }, '')
    this.tell({ event: 'ready' }, simIntroduction(title, nodes, sshConfigPath))
  }

  /** The steps of the scenario happen in the cluster's own time. */
  private planSteps({ cluster: { world } }: SimServer): void {
    for (const step of this.options.settings.steps) {
      world.clock.after(step.atMs, () => this.attempt(step.command, () => carryOutStep(world, step)))
    }
  }

  private listen({ cluster }: SimServer): void {
    this.prompt = new Prompt({
      input: process.stdin,
      output: process.stdout,
      complete: (line) => {
        const { word, candidates } = completeSimLine(cluster.world, line)
        const own = line.includes(' ') ? [] : OWN_WORDS.filter((each) => each.startsWith(word))
        const all = [...candidates, ...own]
        // A single candidate is complete: the next word follows.
        return [all.length === 1 ? [`${all[0]} `] : all, word]
      },
      line: (line) => this.take(line.trim()),
      interrupted: this.end,
    })
  }

  private take(line: string): void {
    const [word, ...rest] = line.split(/\s+/)
    if (word === '' || word?.startsWith('#')) return
    if (word === 'quit') this.end()
    else if (word === 'help') this.help(rest[0])
    else if (word === 'show') this.show()
    else this.attempt(line, () => this.server?.cluster.carryOut(line), { typed: true })
  }

  /** A command from the command line or the scenario that fails makes the program fail in the end; a typed one can be typed again. */
  private attempt(command: string, action: () => void, { typed = false } = {}): void {
    try {
      this.tell({ event: 'command', command }, '')
      action()
    } catch (error) {
      if (!(error instanceof CtdbtsError)) throw error
      if (!typed) process.exitCode = EXIT_STATUS.failure
      const hint = 'type help for all commands'
      this.tell(
        { event: 'error', code: error.code, message: error.message, command, hint },
        `ctdbts: ${visible(error.message)}\n  ${hint}\n`,
      )
    }
  }

  private help(name: string | undefined): void {
    const text = simHelp(name) ?? `unknown command ${visible(name ?? '')}\n`
    this.tell({ event: 'help', text }, text)
  }

  private show(): void {
    const world = this.server?.cluster.world
    if (!world) return
    void Promise.all(heldAddresses(world).map(promised)).then((held) => {
      const overview = overviewOf(world, held)
      this.tell({ event: 'overview', nodes: overview }, simOverview(overview, painter(wantsColour(process.stdout, process.env))))
    }, this.fail)
  }

  private log(entry: LogEntry): void {
    const { era } = this.options.settings
    const level = this.options.level ?? usualLevel(era)
    if (!this.isReady || !isShown(entry, level)) return
    const { atMs, ...rest } = entry
    this.tell({ event: 'log', time: new Date(atMs).toISOString(), ...rest }, `${visible(logLine(entry, era))}\n`)
  }

  private tell(event: SimLine, text: string): void {
    if (this.options.json) process.stdout.write(`${jsonLine(event)}\n`)
    else this.print(text)
  }

  private print(text: string): void {
    if (text === '') return
    if (this.prompt) this.prompt.print(text)
    else process.stdout.write(text)
  }
}
