import ssh2, { type AuthHandlerMiddleware, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import type { PausableTimeout } from '../pausable-timeout.ts'
import { reasonOf } from '../remote-text.ts'
import { loginRefused, NAME_ONE_KEY, nameTheKey } from './errors.ts'
import type { KeyRing, OfferedKey } from './key-ring.ts'
import type { ResolvedHost } from './resolve.ts'

/** Offers the server one key after the other until it accepts one. Keys only: it never asks for a password. */
export class Authentication {
  private readonly host: ResolvedHost
  private readonly keys: AsyncGenerator<OfferedKey>
  private readonly offered: string[] = []
  private readonly problems: CtdbtsError[] = []
  private phase: 'first' | 'keys' | 'last' = 'first'
  /** The authentication methods that the server accepts before any key is offered. */
  private methodsAtFirst: readonly string[] = []
  /** Those that it accepts after the last key: something other than keys if it accepted one and requires more. */
  private methodsAtLast: readonly string[] = []

  constructor(host: ResolvedHost, ring: KeyRing, timeout: PausableTimeout) {
    this.host = host
    this.keys = ring.keysFor(host, timeout.pausedFor, (error) => this.problems.push(error))
  }

  /**
   * ssh2 calls this for the next method to try. It does not report what the server answers to a key of an agent, so the method `none`, tried
   * before and after the keys, finds out.
   */
  readonly handler: AuthHandlerMiddleware = (methods: readonly string[] | null, _partial, next) => {
    if (this.phase === 'first' && methods === null) return next({ type: 'none', username: this.host.user })
    if (this.phase === 'last') {
      this.methodsAtLast = methods ?? []
      return next(false as never)
    }
    if (this.phase === 'first') this.methodsAtFirst = methods ?? []
    this.phase = 'keys'
    void this.next().then((agent) => {
      if (agent) return next({ type: 'agent', username: this.host.user, agent })
      if (this.offered.length === 0) return next(false as never)
      this.phase = 'last'
      next({ type: 'none', username: this.host.user })
    })
  }

  /** Why the login failed. */
  failure(serverText: string | undefined): CtdbtsError {
    const { user, name } = this.host
    const [problem] = this.problems
    const failed = `cannot log in to ${name} as ${user}`
    const refused = this.offered.length === 0 ? 'there is no key to offer' : `the server refused ${this.offered.join(', ')}`
    const tried = [refused, ...this.notices].join('; ')
    if (!acceptsKeys(this.methodsAtFirst)) {
      return loginRefused(
        `${failed}: the server accepts no keys, only ${this.methodsAtFirst.join(', ')}`,
        'set PubkeyAuthentication yes in its sshd_config',
      )
    }
    if (!acceptsKeys(this.methodsAtLast)) {
      return loginRefused(
        `${failed}: the server requires ${this.methodsAtLast.join(', ')} in addition to a key`,
        'allow keys alone in its sshd_config',
      )
    }
    if (problem && this.offered.length === 0) {
      const hint = problem.hint === undefined ? {} : { hint: problem.hint }
      return new CtdbtsError('SSH_KEY', `${failed}: ${problem.message}`, { ...hint, cause: problem })
    }
    if (serverText !== undefined && this.phase !== 'last') {
      const hint = /too many/i.test(serverText) ? NAME_ONE_KEY : 'check the log of sshd there'
      return loginRefused(`${failed}: ${tried} (${serverText})`, hint)
    }
    return loginRefused(`${failed}: ${tried}`, nameTheKey(user, name))
  }

  /** Records that signing with the current key failed. */
  signingFailed(error: unknown): void {
    this.offered.pop()
    this.problems.push(keyError(error))
  }

  /** What was wrong with keys; also after a login with another one. */
  get notices(): readonly string[] {
    return this.problems.map(({ message }) => message)
  }

  private async next(): Promise<SingleKeyAgent | undefined> {
    if (!acceptsKeys(this.methodsAtFirst)) return undefined
    try {
      const { value: key } = await this.keys.next()
      if (!key) return undefined
      this.offered.push(key.label)
      return new SingleKeyAgent(key)
    } catch (error) {
      this.problems.push(keyError(error))
      return undefined
    }
  }
}

/** Whether keys are among a server's methods, or may be because no methods are known. */
const acceptsKeys = (methods: readonly string[]): boolean => methods.length === 0 || methods.includes('publickey')

/**
 * An agent with a single key. With an agent, ssh2 first asks the server whether it would accept the key, and signs only then, which may need
 * a passphrase.
 */
class SingleKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  private readonly key: OfferedKey

  constructor(key: OfferedKey) {
    super()
    this.key = key
  }

  override getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
    done(undefined, [this.key.publicKey])
  }

  override sign(_key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const given = typeof options === 'function' ? {} : options
    const answer = typeof options === 'function' ? options : done
    this.key.sign(data, given.hash).then(
      (signature) => answer?.(null, signature),
      (error: unknown) => answer?.(keyError(error)),
    )
  }
}

const keyError = (error: unknown): CtdbtsError =>
  error instanceof CtdbtsError
    ? error
    : new CtdbtsError('SSH_KEY', `cannot sign with the key: ${reasonOf(error)}`, {
        hint: 'check whether the agent works: `ssh-add -l`',
        cause: error,
      })
