import ssh2, { type ParsedKey } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from '../remote-text.ts'
import { badKey, decryptKey, type KeyFile, readKeyFile } from './key-files.ts'
import type { ResolvedHost } from './resolve.ts'

/** Asks the user on the terminal; undefined when that is not possible, or the user gives no answer. */
export type Ask = (prompt: string) => Promise<string | undefined>

/** Waits for a user, with the time limit paused. */
type WithoutTimeout = <T>(wait: () => Promise<T>) => Promise<T>

/** A key that can be offered to a server. */
export interface OfferedKey {
  /** For messages: the path of the file, or the agent's comment. */
  readonly label: string
  readonly publicKey: ParsedKey
  /** @throws CtdbtsError SSH_KEY when the key cannot be unlocked. */
  sign(data: Buffer, hash: 'sha1' | 'sha256' | 'sha512' | undefined): Promise<Buffer>
}

const PASSPHRASE_TRIES = 3
/** Servers end the login after a few keys (MaxAuthTries). */
const MAX_OFFERED = 20
/** An agent lists its keys at once. It may ask its user only before it signs. */
const AGENT_LIMIT_MS = 2_000

/** The keys for all connections: reads each file once, and asks for each passphrase once. */
export class KeyRing {
  private readonly ask: Ask | undefined
  private readonly files = new Map<string, KeyFile | CtdbtsError | undefined>()
  private readonly unlocked = new Map<string, Promise<ParsedKey>>()
  /** The user is asked one question at a time. */
  private lastQuestion: Promise<unknown> = Promise.resolve()

  constructor(ask: Ask | undefined) {
    this.ask = ask
  }

  /**
   * The keys to offer, in OpenSSH's order: the agent's keys that the configuration names, the other keys of the agent, then the files.
   * @param onProblem called for each key that cannot be used.
   */
  async *keysFor(
    host: ResolvedHost,
    withoutTimeout: WithoutTimeout,
    onProblem: (error: CtdbtsError) => void,
  ): AsyncGenerator<OfferedKey> {
    const files = host.identityFiles.flatMap(({ path, named }) => {
      const file = this.read(path)
      if (file instanceof CtdbtsError) onProblem(file)
      else if (!file && named) onProblem(badKey(path, 'no such file'))
      return file && !(file instanceof CtdbtsError) ? [{ path, file }] : []
    })
    const isNamed = (key: ParsedKey) => files.some(({ file }) => file.publicKey && isSame(file.publicKey, key))
    const agentKeys = host.agent === undefined ? [] : await keysOfAgent(host.agent, withoutTimeout, onProblem)
    const offered = [...agentKeys.filter(({ publicKey }) => isNamed(publicKey))]
    if (!host.identitiesOnly) offered.push(...agentKeys.filter(({ publicKey }) => !isNamed(publicKey)))
    let count = 0
    for (const key of offered) if (count++ < MAX_OFFERED) yield key
    for (const { path, file } of files) {
      if (file.kind === 'public' || offered.some(({ publicKey }) => file.publicKey && isSame(file.publicKey, publicKey))) continue
      const key = await this.offerFile(path, file, withoutTimeout).catch((error: unknown) => {
        if (!(error instanceof CtdbtsError)) throw error
        onProblem(error)
      })
      if (key && count++ < MAX_OFFERED) yield key
    }
  }

  private read(path: string): KeyFile | CtdbtsError | undefined {
    if (!this.files.has(path)) this.files.set(path, readOrProblem(path))
    return this.files.get(path)
  }

  private async offerFile(
    path: string,
    file: Exclude<KeyFile, { kind: 'public' }>,
    withoutTimeout: WithoutTimeout,
  ): Promise<OfferedKey> {
    const privateKey = () => (file.kind === 'private' ? file.privateKey : withoutTimeout(() => this.unlock(path, file.text)))
    return {
      label: path,
      // The server is asked about the public key. Without it, the file has to be unlocked first.
      publicKey: file.publicKey ?? (await privateKey()),
      sign: async (data, hash) => {
        const signature: Buffer | Error = (await privateKey()).sign(data, hash)
        if (signature instanceof Error) throw badKey(path, signature.message)
        return signature
      },
    }
  }

  private unlock(path: string, text: Buffer): Promise<ParsedKey> {
    const before = this.unlocked.get(path)
    if (before) return before
    const now = this.lastQuestion.then(() => this.askFor(path, text))
    this.lastQuestion = now.catch(() => {})
    this.unlocked.set(path, now)
    return now
  }

  private async askFor(path: string, text: Buffer): Promise<ParsedKey> {
    for (let tries = 0; tries < PASSPHRASE_TRIES; tries++) {
      const passphrase = await this.ask?.(`Passphrase for ${path}: `)
      if (passphrase === undefined) throw badKey(path, 'it needs a passphrase, and none was given', ADD)
      const key = decryptKey(text, passphrase)
      if (key) return key
    }
    throw badKey(path, `${PASSPHRASE_TRIES} passphrases were wrong`, ADD)
  }
}

const ADD = 'add the key to an agent with `ssh-add`, or run the command in a terminal'

const isSame = (one: ParsedKey, other: ParsedKey): boolean => one.getPublicSSH().equals(other.getPublicSSH())

function readOrProblem(path: string): KeyFile | CtdbtsError | undefined {
  try {
    return readKeyFile(path)
  } catch (error) {
    if (error instanceof CtdbtsError) return error
    throw error
  }
}

/** An agent that does not answer is a problem, but not an error: there may be key files. */
async function keysOfAgent(
  socketPath: string,
  withoutTimeout: WithoutTimeout,
  onProblem: (error: CtdbtsError) => void,
): Promise<OfferedKey[]> {
  const agent = new ssh2.OpenSSHAgent(socketPath)
  const keys = await new Promise<ParsedKey[]>((resolve) => {
    const giveUp = (error: Error) => {
      onProblem(noAgent(socketPath, error))
      resolve([])
    }
    const timer = setTimeout(() => giveUp(new Error(`no reply within ${AGENT_LIMIT_MS / 1000} s`)), AGENT_LIMIT_MS)
    agent.getIdentities((error, found) => {
      clearTimeout(timer)
      if (error) giveUp(error)
      else resolve((found ?? []).filter((key): key is ParsedKey => typeof key === 'object' && 'type' in key))
    })
  })
  return keys
    .filter((key) => !(key instanceof Error))
    .map((publicKey) => ({
      label: `${publicKey.comment || publicKey.type} (agent)`,
      publicKey,
      sign: (data, hash) =>
        // The agent may ask its user.
        withoutTimeout(
          () =>
            new Promise((resolve, reject) => {
              agent.sign(
                publicKey,
                data,
                hash === undefined || publicKey.type !== 'ssh-rsa' ? {} : { hash },
                (error, signature) => {
                  if (error || !signature) reject(error ?? new Error('no signature'))
                  else resolve(signature)
                },
              )
            }),
        ),
    }))
}

function noAgent(socketPath: string, error: Error): CtdbtsError {
  return new CtdbtsError('SSH_KEY', `the SSH agent at ${socketPath} does not answer: ${reasonOf(error)}`, {
    hint: 'start one (`eval $(ssh-agent)`, `ssh-add`), or unset SSH_AUTH_SOCK',
    cause: error,
  })
}
