import ssh2, { type ParsedKey } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from './errors.ts'
import { badKey, decryptKey, type KeyFile, readKeyFile } from './key-files.ts'
import type { ResolvedHost } from './resolve.ts'

/** Asks on the terminal; undefined when nobody can be asked, or nobody answers. */
export type Ask = (prompt: string) => Promise<string | undefined>

/** Waits for a human without counting the time. */
type Patiently = <T>(wait: () => Promise<T>) => Promise<T>

/** A key that can be offered to a server. */
export interface OfferedKey {
  /** For messages: the file, or what the agent calls it. */
  readonly label: string
  readonly publicKey: ParsedKey
  /** @throws CtdbtsError SSH_KEY when the key cannot be unlocked. */
  sign(data: Buffer, hash: 'sha1' | 'sha256' | 'sha512' | undefined): Promise<Buffer>
}

const PASSPHRASE_TRIES = 3
/** Servers give up after a few (MaxAuthTries), so more than this is of no use. */
const MAX_OFFERED = 20
/** An agent lists its keys at once; it is when signing that it may ask its user. */
const AGENT_LIMIT_MS = 2_000

/** The keys that there are, for all connections: each file is read once, each passphrase asked for once. */
export class KeyRing {
  private readonly ask: Ask | undefined
  private readonly files = new Map<string, KeyFile | CtdbtsError | undefined>()
  private readonly unlocked = new Map<string, Promise<ParsedKey>>()
  /** Only one question at a time. */
  private lastQuestion: Promise<unknown> = Promise.resolve()

  constructor(ask: Ask | undefined) {
    this.ask = ask
  }

  /**
   * The keys to offer, in OpenSSH's order: those of the agent that the configuration names, the agent's others, then the files.
   * @param onTrouble is told of each key that cannot be used.
   */
  async *keysFor(host: ResolvedHost, patiently: Patiently, onTrouble: (error: CtdbtsError) => void): AsyncGenerator<OfferedKey> {
    const files = host.identityFiles.flatMap(({ path, named }) => {
      const file = this.read(path)
      if (file instanceof CtdbtsError) onTrouble(file)
      else if (!file && named) onTrouble(badKey(path, 'there is no such file'))
      return file && !(file instanceof CtdbtsError) ? [{ path, file }] : []
    })
    const isNamed = (key: ParsedKey) => files.some(({ file }) => file.publicKey && isSame(file.publicKey, key))
    const held = host.agent === undefined ? [] : await heldByAgent(host.agent, patiently, onTrouble)
    const offered = [...held.filter(({ publicKey }) => isNamed(publicKey))]
    if (!host.identitiesOnly) offered.push(...held.filter(({ publicKey }) => !isNamed(publicKey)))
    let count = 0
    for (const key of offered) if (count++ < MAX_OFFERED) yield key
    for (const { path, file } of files) {
      if (file.kind === 'public' || offered.some(({ publicKey }) => file.publicKey && isSame(file.publicKey, publicKey))) continue
      const key = await this.offerFile(path, file, patiently).catch((error: unknown) => {
        if (!(error instanceof CtdbtsError)) throw error
        onTrouble(error)
      })
      if (key && count++ < MAX_OFFERED) yield key
    }
  }

  private read(path: string): KeyFile | CtdbtsError | undefined {
    if (!this.files.has(path)) this.files.set(path, readOrTrouble(path))
    return this.files.get(path)
  }

  private async offerFile(path: string, file: Exclude<KeyFile, { kind: 'public' }>, patiently: Patiently): Promise<OfferedKey> {
    const privateKey = () => (file.kind === 'private' ? file.privateKey : patiently(() => this.unlock(path, file.text)))
    return {
      label: path,
      // Without its public half a key must be unlocked before the server can be asked whether it would take it.
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
      if (passphrase === undefined) throw badKey(path, 'it has a passphrase, and nobody can be asked for it', ADD)
      const key = decryptKey(text, passphrase)
      if (key) return key
    }
    throw badKey(path, `none of ${PASSPHRASE_TRIES} passphrases was the right one`, ADD)
  }
}

const ADD = 'put the key into an agent with `ssh-add`, or call this from a terminal'

const isSame = (one: ParsedKey, other: ParsedKey): boolean => one.getPublicSSH().equals(other.getPublicSSH())

function readOrTrouble(path: string): KeyFile | CtdbtsError | undefined {
  try {
    return readKeyFile(path)
  } catch (error) {
    if (error instanceof CtdbtsError) return error
    throw error
  }
}

/** An agent that is not there is one trouble more, not the end: there may be key files. */
async function heldByAgent(
  socketPath: string,
  patiently: Patiently,
  onTrouble: (error: CtdbtsError) => void,
): Promise<OfferedKey[]> {
  const agent = new ssh2.OpenSSHAgent(socketPath)
  const keys = await new Promise<ParsedKey[]>((resolve) => {
    const giveUp = (error: Error) => {
      onTrouble(noAgent(socketPath, error))
      resolve([])
    }
    const timer = setTimeout(() => giveUp(new Error(`it says nothing for ${AGENT_LIMIT_MS / 1000} s`)), AGENT_LIMIT_MS)
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
        // An agent may ask its user.
        patiently(
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
