import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** An OpenSSH server on its own port, for one test. */
export interface Sshd extends AsyncDisposable {
  readonly port: number
  /** The host keys as in known_hosts, by type. */
  readonly hostKeys: Readonly<Record<string, string>>
  /** Kills the server and the processes of its connections. */
  kill(): Promise<void>
}

export interface SshdOptions {
  /** An existing folder for the files of the server. */
  readonly folder: string
  /** The content of authorized_keys. */
  readonly authorizedKeys: string
  readonly hostKeyTypes?: readonly string[]
  /** The private key of an authority that certifies the host keys for this name. */
  readonly certified?: { readonly authority: string; readonly name: string }
  /** Additional lines of sshd_config. */
  readonly config?: readonly string[]
  /** The only programs that commands find, apart from `sh`. */
  readonly programs?: readonly string[]
}

let count = 0

export async function startSshd({
  folder,
  authorizedKeys,
  hostKeyTypes = ['ed25519'],
  config = [],
  certified,
  programs,
}: SshdOptions): Promise<Sshd> {
  const path = join(folder, `sshd-${++count}`)
  mkdirSync(path, { mode: 0o755 })
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  for (const type of hostKeyTypes) execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(path, type)])
  if (certified) {
    const files = hostKeyTypes.map((type) => join(path, `${type}.pub`))
    execFileSync('ssh-keygen', ['-q', '-s', certified.authority, '-I', 'host', '-h', '-n', certified.name, ...files])
  }
  writeFileSync(join(path, 'authorized_keys'), authorizedKeys)
  const port = await freePort()
  const lines = [
    // The first value of an option counts.
    ...config,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeyTypes.map((type) => `HostKey ${join(path, type)}`),
    ...(certified ? hostKeyTypes.map((type) => `HostCertificate ${join(path, `${type}-cert.pub`)}`) : []),
    `AuthorizedKeysFile ${join(path, 'authorized_keys')}`,
    `PidFile ${join(path, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    // Without the user's home, bash reads no .bashrc for each command: it may change PATH, take long, or print something.
    `SetEnv HOME=${path}${programs ? ` PATH=${onlyPrograms(join(path, 'bin'), programs)}` : ''}`,
  ]
  writeFileSync(join(path, 'sshd_config'), `${lines.join('\n')}\n`)
  const child = spawn('/usr/sbin/sshd', ['-D', '-E', join(path, 'log'), '-f', join(path, 'sshd_config')], { stdio: 'ignore' })
  await answering(port, child)
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // The processes of connections come first, as they would outlive the server.
    for (const pid of descendants(child.pid!)) tryKill(pid)
    child.kill('SIGKILL')
    await ended
  }
  return {
    port,
    hostKeys: Object.fromEntries(hostKeyTypes.map((type) => [type, readFileSync(join(path, `${type}.pub`), 'utf8').trim()])),
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

/** Adds lines to a file and returns the file. */
export function addTo(file: string, ...lines: readonly string[]): string {
  appendFileSync(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  return file
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function onlyPrograms(folder: string, programs: readonly string[]): string {
  mkdirSync(folder)
  for (const name of ['sh', ...programs]) symlinkSync(realProgram(name), join(folder, name))
  return folder
}

/** The path of a program. For Python, that of the interpreter itself: the one in PATH may be a script that needs other programs. */
function realProgram(name: string): string {
  if (name !== 'python3') return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
  return execFileSync(name, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error('sshd has ended')
    const answers = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (answers) return
    await sleep(25)
  }
  throw new Error('sshd does not listen')
}

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  // First the servers of the connections, so that no end of a command is reported any more.
  return children.flatMap((child) => [child, ...descendantsOrNone(child)])
}

function descendantsOrNone(pid: number): number[] {
  try {
    return descendants(pid)
  } catch {
    return []
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}
