import { setMaxListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { startLocally } from '../local/start.ts'
import { outcomeOf } from '../outcome.ts'
import { PausableTimeout } from '../pausable-timeout.ts'
import { endingOf } from '../relay.ts'
import { Slots } from '../slots.ts'
import { badConfig } from '../ssh/config-text.ts'
import { connectionClosed, jumpName } from '../ssh/errors.ts'
import { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_KEEPALIVE, MAX_OPENING } from '../ssh/limits.ts'
import type { SshTarget } from '../ssh/target.ts'
import type { SshConnectionOptions } from '../ssh-connections.ts'
import { Cleanup } from './cleanup.ts'
import { OpensshConnection } from './connection.ts'
import { Dialog } from './dialog.ts'
import { type HostSettings, parseHostSettings } from './host-settings.ts'
import type { LoginAttempt } from './login-failure.ts'
import { type Master, startMaster } from './master.ts'
import { createPrivateFolder } from './private-folder.ts'
import { askingEnvironment, QuestionServer, writeAskpass } from './prompts.ts'
import { proxyThrough } from './shared-words.ts'

type Words = [string, ...string[]]

/** What the processes of a pool share. */
interface Workplace {
  readonly folder: string
  readonly cleanup: Cleanup
  /** The program by which ssh asks; absent where we ask nobody, or cannot. */
  readonly askpass: string | undefined
}

/** `ssh -G` prints a few KB. */
const MAX_SETTINGS = 1 << 20
const NO_TERMINAL = 'there is no terminal'
const REMEMBERED = /^Warning: Permanently added /

/** Connections that OpenSSH keeps, one for each host and user. */
export class OpensshPool implements Disposable {
  /** How many connections have been opened so far. */
  opened = 0
  private readonly options: SshConnectionOptions
  private readonly slots = new Slots(MAX_OPENING)
  private readonly connections = new Map<string, Promise<OpensshConnection>>()
  private readonly open = new Set<OpensshConnection>()
  private readonly settings = new Map<string, Promise<HostSettings>>()
  private readonly closing = new AbortController()
  private readonly dialog: Dialog | undefined
  private readonly canAsk: boolean
  private workplace: Workplace | undefined
  private count = 0

  constructor(options: SshConnectionOptions) {
    this.options = options
    setMaxListeners(0, this.closing.signal)
    // Who has a program of his own for that wants it to be used.
    const asksElsewhere = options.env.SSH_ASKPASS && /^(?:force|prefer)$/.test(options.env.SSH_ASKPASS_REQUIRE ?? '')
    if (options.ask && !asksElsewhere) this.dialog = new Dialog(options.ask, (text) => options.onMessage?.(text))
    this.canAsk = options.ask !== undefined || Boolean(asksElsewhere)
  }

  /**
   * A connection to a host.
   * @param through the host on the way, instead of that of the configuration.
   * @throws CtdbtsError SSH_MISSING, SSH_CONFIG, SSH_FOLDER, and as {@link startMaster}.
   */
  async connect(target: SshTarget, through?: OpensshConnection): Promise<OpensshConnection> {
    this.checkOpen(target.host)
    const settings = await this.settingsOf(target)
    const { user, host, port, proxy } = settings
    const route = [user, host, port, through?.name ?? proxy?.value ?? ''].join(' ')
    const before = this.connections.get(route)
    if (before) return await before
    const now = this.slots.run(() => this.reach(target, settings, through, () => this.connections.delete(route)))
    this.connections.set(route, now)
    now.catch(() => this.connections.delete(route))
    return await now
  }

  /** The socket of a connection to a host that the user's programs share, and that is open now. */
  async sharedSocket(target: SshTarget): Promise<string | undefined> {
    const { controlPath } = await this.settingsOf(target)
    if (controlPath === undefined || !existsSync(controlPath)) return undefined
    const { exitStatus } = await this.run([...this.words(target), '-O', 'check', '--', target.host], target.host)
    return exitStatus === 0 ? controlPath : undefined
  }

  /** Ends all connections, and everything in progress on them. */
  close(): void {
    if (this.closing.signal.aborted) return
    this.closing.abort(connectionClosed('the hosts', 'ctdbts closed all connections'))
    for (const connection of [...this.open]) connection.close()
    this.workplace?.cleanup.run()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  private async reach(
    target: SshTarget,
    settings: HostSettings,
    through: OpensshConnection | undefined,
    onClose: () => void,
  ): Promise<OpensshConnection> {
    const { user, host, port } = settings
    const options = {
      target: { name: target.host, user, host, port },
      sudo: this.options.sudo ?? false,
      connectTimeoutMs: this.options.connectTimeoutMs ?? settings.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      onNotice: (text: string) => this.options.onNotice?.(text),
    }
    const shared = through ? undefined : await this.sharedSocket(target)
    if (shared !== undefined) {
      options.onNotice(`${target.host}: uses your open connection (ControlPath ${shared})`)
      const connection = new OpensshConnection({ ...options, controlPath: shared, socketPrefix: undefined })
      const closed = connectionClosed(target.host, 'your own connection, which it used, was closed')
      const stopWatching = watchSocket(shared, () => connection.endWith(closed))
      return this.keep(connection, () => {
        stopWatching()
        onClose()
      })
    }
    const socketPrefix = join(this.workplaceNow().folder, String(++this.count))
    const master = await this.logIn(target, settings, through, socketPrefix, options.connectTimeoutMs)
    this.opened++
    const connection = new OpensshConnection({ ...options, controlPath: socketPrefix, socketPrefix })
    void master.ended.then((error) => connection.endWith(error))
    through?.ended.addEventListener('abort', () => connection.endWith(through.ended.reason), { once: true })
    return this.keep(connection, () => {
      master.kill()
      onClose()
    })
  }

  private keep(connection: OpensshConnection, onEnd: () => void): OpensshConnection {
    this.open.add(connection)
    const end = () => {
      this.open.delete(connection)
      onEnd()
    }
    connection.ended.addEventListener('abort', end, { once: true })
    if (this.closing.signal.aborted) connection.close()
    return connection
  }

  private async logIn(
    target: SshTarget,
    settings: HostSettings,
    through: OpensshConnection | undefined,
    controlPath: string,
    connectTimeoutMs: number,
  ): Promise<Master> {
    const { cleanup, askpass } = this.workplaceNow()
    const { whyNotAsk } = this
    const attempt: LoginAttempt = {
      ...settings,
      name: target.host,
      jump: through && jumpName(through.target),
      whyNotAsk,
      connectTimeoutMs,
    }
    // ssh has a limit of its own for each address, and says more when that has passed.
    const seconds = Math.ceil(connectTimeoutMs / 1000)
    using timeout = new PausableTimeout(seconds * 1000 + LOGIN_EXTRA_MS)
    const gaveUp = new AbortController()
    const newLines: string[] = []
    const onLine = (line: string) => {
      if (REMEMBERED.test(line)) this.options.onMessage?.(`${target.host}: ${line.replace(/^Warning: /, '')}`)
      else if (line !== '') newLines.push(line)
    }
    const answer =
      askpass === undefined
        ? undefined
        : this.dialog?.answersFor({
            name: target.host,
            newLines: () => newLines.splice(0),
            withoutTimeout: timeout.pausedFor,
            giveUp: (error) => gaveUp.abort(error),
          })
    const questionSocket = `${controlPath}.ask`
    using questions = answer && (await QuestionServer.listen(questionSocket, answer))
    const { env } = this.options
    const master = await startMaster({
      words: [...this.masterWords(target, settings, controlPath, seconds), ...viaWords(through), '--', target.host],
      env: questions && askpass ? askingEnvironment(env, askpass, questionSocket) : this.environmentFor(whyNotAsk),
      controlPath,
      attempt,
      cleanup,
      timeout,
      signal: AbortSignal.any([gaveUp.signal, this.closing.signal]),
      onLine,
    })
    for (const line of newLines) this.options.onNotice?.(`${target.host}: ssh: ${line}`)
    return master
  }

  /** Why the user cannot be asked; undefined if that is possible. */
  private get whyNotAsk(): string | undefined {
    if (!this.canAsk) return NO_TERMINAL
    const { folder, askpass } = this.workplaceNow()
    if (!this.dialog || askpass !== undefined) return undefined
    return `ssh may not run a program from ${dirname(folder)}, which is mounted noexec (TMPDIR names another place)`
  }

  /** Where nobody can be asked, an ssh in a ProxyCommand does not ask either. */
  private environmentFor(whyNotAsk: string | undefined): NodeJS.ProcessEnv {
    return whyNotAsk === undefined ? this.options.env : { ...this.options.env, SSH_ASKPASS_REQUIRE: 'never' }
  }

  private masterWords(target: SshTarget, { probes }: HostSettings, controlPath: string, seconds: number): Words {
    const { acceptNew } = this.options
    const options = [
      'ControlPersist=no',
      'ClearAllForwardings=yes',
      // So that its errors can be read.
      'LogLevel=INFO',
      `ConnectTimeout=${seconds}`,
      ...(this.whyNotAsk === undefined ? [] : ['BatchMode=yes']),
      ...(acceptNew ? ['StrictHostKeyChecking=accept-new'] : []),
      ...(probes ? [] : KEEPALIVE),
    ]
    return [...this.words(target), '-M', '-N', '-T', '-S', controlPath, ...options.flatMap((option) => ['-o', option])]
  }

  /** The words that begin each call of ssh for a host; `--` and the host come last. */
  private words({ user, port }: SshTarget): Words {
    const { configFile, identities = [] } = this.options
    return [
      'ssh',
      ...(configFile === undefined ? [] : ['-F', configFile]),
      ...identities.flatMap((file) => ['-i', file]),
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', String(port)]),
    ]
  }

  private settingsOf(target: SshTarget): Promise<HostSettings> {
    const { user = '', host, port = '' } = target
    const key = `${user} ${host} ${port}`
    const before = this.settings.get(key)
    if (before) return before
    const now = this.slots.run(() => this.readSettings(target))
    this.settings.set(key, now)
    now.catch(() => this.settings.delete(key))
    return now
  }

  private async readSettings(target: SshTarget): Promise<HostSettings> {
    const { exitStatus, stdout, stderr } = await this.run([...this.words(target), '-G', '--', target.host], target.host)
    if (exitStatus === 0) return parseHostSettings(stdout.toString('utf8'))
    throw badConfig('the SSH configuration', endingOf(stderr.replace(/^.*: terminating, .*\n?/m, ''), exitStatus))
  }

  private async run(words: Words, machine: string) {
    this.checkOpen(machine)
    const timeoutMs = this.options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS
    const env = this.environmentFor(this.canAsk ? undefined : NO_TERMINAL)
    const command = await startLocally(words, { env }).catch((error: unknown) => {
      throw isAbsent(error) ? missing(error) : error
    })
    command.stream.end()
    return await outcomeOf(command, words, machine, { timeoutMs, maxBytes: MAX_SETTINGS, signal: this.closing.signal })
  }

  private workplaceNow(): Workplace {
    if (!this.workplace) {
      const { path, content } = createPrivateFolder(this.options.env, this.dialog ? writeAskpass : () => '')
      this.workplace = { folder: path, cleanup: new Cleanup(path), askpass: content || undefined }
    }
    return this.workplace
  }

  private checkOpen(name: string): void {
    if (this.closing.signal.aborted) throw connectionClosed(name, 'ctdbts closed all connections')
  }
}

/** What a login may take longer than a connection, in milliseconds. */
const LOGIN_EXTRA_MS = 2000

const KEEPALIVE = [
  `ServerAliveInterval=${DEFAULT_KEEPALIVE.intervalMs / 1000}`,
  `ServerAliveCountMax=${DEFAULT_KEEPALIVE.countMax}`,
]

const viaWords = (through: OpensshConnection | undefined): string[] =>
  through ? ['-o', `ProxyCommand=${proxyThrough(through.controlPath)}`] : []

/** Calls `onEnd` when nobody listens on a socket any more. @returns a function that stops watching. */
function watchSocket(path: string, onEnd: () => void): () => void {
  const socket = connect({ path })
  socket.on('error', () => {})
  socket.once('close', onEnd)
  socket.resume()
  socket.unref()
  return () => socket.destroy()
}

const isAbsent = (error: unknown): boolean =>
  error instanceof CtdbtsError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'

const missing = (cause: unknown): CtdbtsError =>
  new CtdbtsError('SSH_MISSING', 'there is no program `ssh` on this machine', {
    hint: 'install the client of OpenSSH (openssh-client, openssh-clients), or use --ssh ssh2',
    exitStatus: EXIT_STATUS.noProgram,
    cause,
  })
