import ssh2, { type AuthHandlerMiddleware, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from './errors.ts'
import type { KeyRing, OfferedKey } from './key-ring.ts'
import type { Patience } from './patience.ts'
import type { ResolvedHost } from './resolve.ts'

/** Shows the server one key after the other, until it takes one. By keys alone: passwords are never asked for. */
export class Authentication {
  private readonly host: ResolvedHost
  private readonly keys: AsyncGenerator<OfferedKey>
  private readonly offered: string[] = []
  private readonly troubles: CtdbtsError[] = []
  private phase: 'first' | 'keys' | 'last' = 'first'
  /** What the server takes before any key was shown. */
  private methodsAtFirst: readonly string[] = []
  /** What it takes after the last one: something else than keys, once it has accepted one and wants more. */
  private methodsAtLast: readonly string[] = []

  constructor(host: ResolvedHost, ring: KeyRing, patience: Patience) {
    this.host = host
    this.keys = ring.keysFor(host, patience.pausedFor, (error) => this.troubles.push(error))
  }

  /**
   * What ssh2 asks for the next way to try. It does not tell what a server has answered to an agent's key, so this asks for that itself:
   * before and after, by the method `none`.
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

  /** Why nobody was let in. */
  failure(serverText: string | undefined): CtdbtsError {
    const { user, name } = this.host
    const [trouble] = this.troubles
    const closed = `${name} does not let ${user} in`
    const refused = this.offered.length === 0 ? 'there was no key to show' : `it refused ${this.offered.join(', ')}`
    const tried = [refused, ...this.notices].join('; ')
    if (!takesKeys(this.methodsAtFirst)) {
      return notLetIn(`${closed}: it takes no keys, only ${this.methodsAtFirst.join(', ')}`, 'allow PubkeyAuthentication there')
    }
    if (!takesKeys(this.methodsAtLast)) {
      return notLetIn(`${closed}: after a key it wants ${this.methodsAtLast.join(', ')} too`, 'only keys are supported')
    }
    if (trouble && this.offered.length === 0) {
      const hint = trouble.hint === undefined ? {} : { hint: trouble.hint }
      return new CtdbtsError('SSH_KEY', `${closed}, and ${trouble.message}`, { ...hint, cause: trouble })
    }
    if (serverText !== undefined && this.phase !== 'last') {
      const hint = /too many/i.test(serverText)
        ? 'name the one key with --identity or IdentityFile, and set IdentitiesOnly yes'
        : 'see the log of sshd there'
      return notLetIn(`${closed}: ${tried} (${serverText})`, hint)
    }
    return notLetIn(
      `${closed}: ${tried}`,
      `see whether \`ssh ${user}@${name} true\` works; name the key with --identity, or put it into an agent (\`ssh-add\`)`,
    )
  }

  /** Of the key whose turn it is: that it could not be signed with. */
  note(error: unknown): void {
    this.offered.pop()
    this.troubles.push(keyTrouble(error))
  }

  /** What was wrong with some keys, where another one has opened the door. */
  get notices(): readonly string[] {
    return this.troubles.map(({ message }) => message)
  }

  private async next(): Promise<OneKey | undefined> {
    if (!takesKeys(this.methodsAtFirst)) return undefined
    try {
      const { value: key } = await this.keys.next()
      if (!key) return undefined
      this.offered.push(key.label)
      return new OneKey(key)
    } catch (error) {
      this.troubles.push(keyTrouble(error))
      return undefined
    }
  }
}

/** Whether keys are among a server's methods, or nothing is known of them. */
const takesKeys = (methods: readonly string[]): boolean => methods.length === 0 || methods.includes('publickey')

const notLetIn = (message: string, hint: string): CtdbtsError => new CtdbtsError('SSH_AUTH', message, { hint })

/**
 * One key, as an agent that has no other: so that ssh2 first asks whether the server would take the key, and has it signed with, which may
 * need a passphrase, only then.
 */
class OneKey extends ssh2.BaseAgent<ParsedKey> {
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
      (error: unknown) => answer?.(keyTrouble(error)),
    )
  }
}

const keyTrouble = (error: unknown): CtdbtsError =>
  error instanceof CtdbtsError
    ? error
    : new CtdbtsError('SSH_KEY', `the key could not be signed with: ${reasonOf(error)}`, {
        hint: 'see whether the agent works: `ssh-add -l`',
        cause: error,
      })
