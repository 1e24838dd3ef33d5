import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CtdbtsError } from '../../lib/errors.ts'
import { startLocally } from '../local/start.ts'
import type { PausableTimeout } from '../pausable-timeout.ts'
import { connectionClosed, endpointText, noAnswer } from '../ssh/errors.ts'
import type { Cleanup } from './cleanup.ts'
import { type LoginAttempt, lastWordsOf, loginFailure } from './login-failure.ts'

export interface MasterOptions {
  /** The command: an ssh that stays connected, and lets others use its connection by a socket. */
  readonly words: readonly [string, ...string[]]
  readonly env: NodeJS.ProcessEnv
  /** The path of that socket. It exists as soon as the login is done. */
  readonly controlPath: string
  readonly attempt: LoginAttempt
  readonly cleanup: Cleanup
  readonly timeout: PausableTimeout
  /** Aborts when the login is to be given up; its reason is a CtdbtsError. */
  readonly signal: AbortSignal
  /** Called with each line that ssh prints on standard error. */
  readonly onLine: (line: string) => void
}

/** A process of ssh that keeps a connection. */
export interface Master {
  /** Why it has ended, as soon as it has. */
  readonly ended: Promise<CtdbtsError>
  kill(): void
}

/** It is started only when it is certain that it will be ended. */
const WHEN_TOLD = 'read -r go && exec "$@" </dev/null'
const MAX_STDERR = 64 * 1024
/** How often to look whether the login is done. */
const LOOK_MS = 15
/** What a ProxyCommand started may keep standard error open. */
const STDERR_MS = 200

/**
 * Has ssh log in on a host.
 * @throws CtdbtsError as {@link loginFailure}; SSH_TIMEOUT; the reason of `signal`.
 */
export async function startMaster(options: MasterOptions): Promise<Master> {
  const { words, env, controlPath, attempt, cleanup, timeout, signal } = options
  signal.throwIfAborted()
  const command = await startLocally(['sh', '-c', WHEN_TOLD, 'ctdbts', ...words], { env })
  cleanup.add(command.pid)
  command.stream.on('error', () => {})
  command.stream.resume()
  command.stream.end('go\n')
  const printed = linesOf(command.stderr, options.onLine)
  const ended = command.exitStatus.then(async (exitStatus) => {
    cleanup.remove(command.pid)
    await Promise.race([printed.closed, sleep(STDERR_MS, undefined, { ref: false })])
    return exitStatus
  })
  const givenUp = new Promise<'given up'>((resolve) => {
    for (const each of [timeout.signal, signal]) each.addEventListener('abort', () => resolve('given up'), { once: true })
  })
  while (!existsSync(controlPath)) {
    const event = await Promise.race([ended, givenUp, sleep(LOOK_MS, 'look' as const)])
    if (event === 'look') continue
    if (event !== 'given up') throw loginFailure(printed.text(), event, attempt)
    command.kill()
    signal.throwIfAborted()
    throw noAnswer(
      `the login to ${endpointText(attempt)} did not finish`,
      attempt.connectTimeoutMs,
      'check whether the host is hung',
    )
  }
  const from = printed.text().length
  return {
    ended: ended.then((exitStatus) => {
      const how = exitStatus === null ? 'a signal ended ssh' : 'ssh ended'
      return connectionClosed(attempt.name, `${how}${lastWordsOf(printed.text().slice(from))}`)
    }),
    kill: () => command.kill(),
  }
}

/** The last part of what a stream has brought, and its lines. */
function linesOf(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  let text = ''
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = `${text}${chunk}`.slice(-MAX_STDERR)
    const lines = `${rest}${chunk}`.split('\n')
    rest = (lines.pop() ?? '').slice(-MAX_STDERR)
    for (const line of lines) onLine(line.replace(/\r$/, ''))
  })
  return { text: () => text, closed: new Promise<void>((resolve) => stream.once('close', () => resolve())) }
}
