import * as Args from '@oclif/core/args'
import { ERRNO } from '../lib/errno.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { HelperResult } from '../transport/host/helper.ts'
import type { GatewayAnswer } from '../ui/gateway-json.ts'
import { visibleLines } from '../ui/visible.ts'
import type { DaemonSession } from './daemon-session.ts'
import { helperStatus } from './helper-status.ts'
import { wantsHost } from './host-flags.ts'
import { interruptible } from './interruptible.ts'
import { MirrorCommand } from './mirror-command.ts'
import { ownProgram } from './own-program.ts'
import type { GlobalOptions } from './run-options.ts'

/** The exit status of `ctdb` when a signal has ended a helper. */
const INTERRUPTED_STATUS = ERRNO.EINTR
/** What a helper prints fits in a few lines for each node. */
const MAX_BYTES = 1 << 20
/** -T ends it earlier. */
const LONGEST_MS = 3_600_000

/** An installed program of CTDB's that answers one question. */
export interface Helper {
  /** Its name in the messages of `ctdb`: `NAT gateway helper`. */
  readonly title: string
  /** Of the program: `ctdb_natgw`. */
  readonly name: string
  /** A variable that names another program: CTDB_NATGW_HELPER. */
  readonly variable: string
}

/** A command that CTDB's own helper script answers. */
export abstract class HelperCommand extends MirrorCommand {
  protected override readonly remote = false

  protected abstract readonly helper: Helper

  async run(): Promise<unknown> {
    const parsed = await this.parse(this.ctor)
    const flags = parsed.flags as unknown as GlobalOptions
    const word = String(parsed.args.question)
    const { helper } = this
    const result = await this.withNode(flags, (_node, daemon) =>
      interruptible(({ signal }) => (wantsHost(flags) ? there(daemon, helper, word, signal) : here(flags, helper, word, signal))),
    )
    judge(helper, result, flags)
    const { gatewayJson } = await import('../ui/gateway-json.ts')
    return await this.show(flags, {
      ctdb: () => result.stdout,
      json: (): GatewayAnswer => gatewayJson(word, result.stdout),
    })
  }
}

/** The `args` of such a command. Not a static property of the class: oclif's manifest then lacks the options of every subclass. */
export const helperArgs = { question: Args.string({ required: true, description: 'leader, list or status' }) }

/** The description of a command that the helper script `name` answers. */
export const helperDescription = (name: string): string =>
  `Runs the script ${name} of the ctdb package; with --host the one on that host.
The script calls ctdb: this program answers those calls, unless the variable CTDB names another one.`

async function here(flags: GlobalOptions, helper: Helper, word: string, signal: AbortSignal): Promise<HelperResult> {
  const { runLocalHelper } = await import('../transport/local/helper.ts')
  const { name, variable } = helper
  return await runLocalHelper({ name, variable, word, env: environment(flags), keepOutput: flags.json, signal })
}

/** The environment for scripts that call `ctdb`: it makes them call us, and ask the same daemon. */
function environment({ socket }: GlobalOptions): NodeJS.ProcessEnv {
  const CTDB = process.env.CTDB || ownProgram()
  return { ...process.env, ...(CTDB && { CTDB }), ...(socket !== undefined && { CTDB_SOCKET: socket }) }
}

async function there(daemon: DaemonSession, { name }: Helper, word: string, signal: AbortSignal): Promise<HelperResult> {
  const { runHelperOn } = await import('../transport/host/helper.ts')
  const limits = { timeoutMs: LONGEST_MS, maxBytes: MAX_BYTES, signal }
  const { stdout, stderr, exitStatus } = await runHelperOn(await daemon.host(), name, word, limits)
  process.stderr.write(visibleLines(stderr))
  return { stdout: visibleLines(stdout), exitStatus }
}

/** @throws CtdbtsError HELPER_FAILED in the words of `ctdb`; without text where the helper has printed its own. */
function judge({ title }: Helper, { exitStatus, signal, stdout }: HelperResult, { json }: GlobalOptions): void {
  if (exitStatus === 0) return
  if (!json) process.stdout.write(stdout)
  const failed = (status: number, line?: string) =>
    new CtdbtsError('HELPER_FAILED', line ?? `the ${title} ended with status ${status}`, {
      hint: 'see its messages on standard error; it is a script of the ctdb package',
      exitStatus: status,
      ctdbText: { stderr: line === undefined ? [] : [line] },
    })
  if (exitStatus === null) throw failed(INTERRUPTED_STATUS, `${title} terminated with signal ${signal ?? 'unknown'}`)
  const { status, line } = helperStatus(title, exitStatus)
  throw failed(status, line)
}
