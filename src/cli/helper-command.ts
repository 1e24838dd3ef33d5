import { CtdbtsError } from '../lib/errors.ts'
import type { HelperResult } from '../transport/host/helper.ts'
import type { GatewayAnswer } from '../ui/gateway-json.ts'
import { visibleLines } from '../ui/visible.ts'
import type { Daemon, GlobalOptions } from './base-command.ts'
import { helperStatus } from './helper-status.ts'
import { wantsHost } from './host-flags.ts'
import { interruptible } from './interruptible.ts'
import { MirrorCommand } from './mirror-command.ts'
import { ownProgram } from './own-program.ts'

/** EINTR, which the real tool ends with when a signal has ended a helper. */
const INTERRUPTED_STATUS = 4
/** What a helper prints fits in a few lines for each node. */
const MAX_BYTES = 1 << 20
/** -T ends it earlier. */
const LONGEST_MS = 3_600_000

/** An installed program of CTDB's that answers one question. */
export interface Helper {
  /** As the real tool calls it in messages: `NAT gateway helper`. */
  readonly title: string
  /** Of the program: `ctdb_natgw`. */
  readonly name: string
  /** A variable that names another program: CTDB_NATGW_HELPER. */
  readonly variable: string
}

/** A command that CTDB's own helper script answers. */
export abstract class HelperCommand extends MirrorCommand {
  protected override readonly remote = false

  /** Asks the helper, whose output is ours. */
  protected async askHelper(flags: GlobalOptions, helper: Helper, word: string): Promise<unknown> {
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

async function here(flags: GlobalOptions, helper: Helper, word: string, signal: AbortSignal): Promise<HelperResult> {
  const { runLocalHelper } = await import('../transport/local-helper.ts')
  const { name, variable } = helper
  return await runLocalHelper({ name, variable, word, env: environment(flags), keepOutput: flags.json, signal })
}

/** For scripts that call `ctdb`: they shall ask us, and the daemon that was asked. */
function environment({ socket }: GlobalOptions): NodeJS.ProcessEnv {
  const CTDB = process.env.CTDB || ownProgram()
  return { ...process.env, ...(CTDB && { CTDB }), ...(socket !== undefined && { CTDB_SOCKET: socket }) }
}

async function there(daemon: Daemon, { name }: Helper, word: string, signal: AbortSignal): Promise<HelperResult> {
  const { runHelperOn } = await import('../transport/host/helper.ts')
  const limits = { timeoutMs: LONGEST_MS, maxBytes: MAX_BYTES, signal }
  const { stdout, stderr, exitStatus } = await runHelperOn(await daemon.host(), name, word, limits)
  process.stderr.write(visibleLines(stderr))
  return { stdout: visibleLines(stdout), exitStatus }
}

/** @throws CtdbtsError HELPER_FAILED in the real tool's words; with none where the helper has spoken for itself. */
function judge({ title }: Helper, { exitStatus, signal, stdout }: HelperResult, { json }: GlobalOptions): void {
  if (exitStatus === 0) return
  if (!json) process.stdout.write(stdout)
  const failed = (status: number, line?: string) =>
    new CtdbtsError('HELPER_FAILED', line ?? `the ${title} ended with status ${status}`, {
      hint: 'it tells why on standard error; it is a script of the ctdb package',
      exitStatus: status,
      ctdbText: { stderr: line === undefined ? [] : [line] },
    })
  if (exitStatus === null) throw failed(INTERRUPTED_STATUS, `${title} terminated with signal ${signal ?? 'unknown'}`)
  const { status, line } = helperStatus(title, exitStatus)
  throw failed(status, line)
}
