import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CtdbtsError } from '../lib/errors.ts'
import { startLocally } from './local/start.ts'
import type { OpensshPool } from './openssh/index.ts'
import { whyBeyondSsh2 } from './ssh/beyond-ssh2.ts'
import { ConfigFiles } from './ssh/config-files.ts'
import type { ResolveOptions } from './ssh/resolve.ts'
import type { SshTarget } from './ssh/target.ts'
import { homeOf, userNameOf } from './ssh/user.ts'
import type { SshConnectionOptions, SshConnections, SshMachine } from './ssh-connections.ts'

/** Makes each of the two kinds of connections; called when the first is needed. */
export interface SshClients {
  readonly openssh: () => Promise<OpensshPool>
  readonly ssh2: () => Promise<SshConnections>
}

/** Connections by ssh2, and by OpenSSH to hosts whose configuration has something that ssh2 cannot do. */
export class AutoConnections implements SshConnections {
  private readonly options: SshConnectionOptions
  private readonly clients: SshClients
  private readonly files: ConfigFiles
  private readonly resolveOptions: ResolveOptions
  private readonly reasons = new Map<string, Promise<string | undefined>>()
  private readonly ofOpenssh = new WeakSet<SshMachine>()
  private openssh: Promise<OpensshPool> | undefined
  private ssh2: Promise<SshConnections> | undefined
  private readonly made: SshConnections[] = []
  private isClosed = false
  private ticket: Promise<boolean> | undefined

  constructor(clients: SshClients, options: SshConnectionOptions) {
    const { env, acceptNew = false, connectTimeoutMs, configFile, identities = [] } = options
    const home = homeOf(env)
    this.clients = clients
    this.options = options
    // What is ignored is said by ssh2, if that is taken.
    const onNotice = () => {}
    this.files = new ConfigFiles({ home, configFile, onNotice })
    this.resolveOptions = {
      env,
      home,
      localUser: userNameOf(env),
      acceptNew,
      connectTimeoutMs,
      keepalive: undefined,
      identities,
      onNotice,
    }
  }

  get opened(): number {
    return this.made.reduce((sum, { opened }) => sum + opened, 0)
  }

  async connect(target: SshTarget, through?: SshMachine): Promise<SshMachine> {
    if (through && this.ofOpenssh.has(through)) return await this.byOpenssh(target, through)
    const reason = await this.reasonFor(target)
    if (reason === undefined) return await (await this.ssh2Pool()).connect(target, through)
    this.options.onNotice?.(`${target.host}: by OpenSSH, because of ${reason}`)
    return await this.byOpenssh(target, through && (await this.byOpenssh(targetOf(through), undefined)))
  }

  close(): void {
    this.isClosed = true
    for (const connections of this.made) connections.close()
  }

  private async byOpenssh(target: SshTarget, through: SshMachine | undefined): Promise<SshMachine> {
    const machine = await (await this.opensshPool()).connect(target, through as never)
    this.ofOpenssh.add(machine)
    return machine
  }

  private reasonFor(target: SshTarget): Promise<string | undefined> {
    const key = `${target.user ?? ''}@${target.host}`
    const before = this.reasons.get(key)
    if (before) return before
    const now = this.reasonNow(target)
    this.reasons.set(key, now)
    return now
  }

  private async reasonNow(target: SshTarget): Promise<string | undefined> {
    if (!isInstalled('ssh', this.options.env)) return undefined
    try {
      const { settings } = this.files.searchFor({
        host: target.host,
        user: target.user,
        localUser: this.resolveOptions.localUser,
      })
      const reason = await whyBeyondSsh2(target, this.files, this.resolveOptions, { hasTicket: () => this.hasTicket() })
      if (reason !== undefined || !settings.has('controlpath')) return reason
      const shared = await (await this.opensshPool()).sharedSocket(target)
      return shared && `your open connection (ControlPath ${shared})`
    } catch (error) {
      // A configuration that cannot be read: OpenSSH may be of another opinion.
      if (error instanceof CtdbtsError) return error.message
      throw error
    }
  }

  private hasTicket(): Promise<boolean> {
    this.ticket ??= succeeds(['klist', '-s'], this.options.env)
    return this.ticket
  }

  private opensshPool(): Promise<OpensshPool> {
    this.openssh ??= this.clients.openssh().then((pool) => this.keep(pool))
    return this.openssh
  }

  private ssh2Pool(): Promise<SshConnections> {
    this.ssh2 ??= this.clients.ssh2().then((pool) => this.keep(pool))
    return this.ssh2
  }

  private keep<T extends SshConnections>(connections: T): T {
    this.made.push(connections)
    if (this.isClosed) connections.close()
    return connections
  }
}

/** How to reach the same host again. */
const targetOf = ({ target: { name, user, port } }: SshMachine): SshTarget => ({ host: name, user, port })

function isInstalled(program: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function succeeds(words: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const command = await startLocally(words, { env })
    command.stream.resume().end()
    command.stderr.resume()
    return (await command.exitStatus) === 0
  } catch {
    return false
  }
}
