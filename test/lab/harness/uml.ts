import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { RunResult } from '../../support/program.ts'
import { runResultOf } from '../../support/run-result.ts'
import type { Lab } from './lab.ts'
import { removeNamespace } from './network.ts'
import { privateAddress, sshdConfig, TUNABLES } from './node-files.ts'
import { waitUntil } from './wait.ts'

/** Where Debian has the modules of User-mode Linux. */
const MODULES = '/usr/lib/uml/modules'
const FILES = fileURLToPath(new URL('../uml', import.meta.url))
const ADDRESS = privateAddress(0)

const FILES_OF_CTDB: Readonly<Record<string, string>> = {
  nodes: `${ADDRESS}\n`,
  public_addresses: ['bond0', 'bond1', 'bond2', 'bond0.7'].map((name, index) => `10.99.${index + 1}.131/24 ${name}\n`).join(''),
  'ctdb.conf': `[logging]
  location = file:/var/log/ctdb/log.ctdb
[cluster]
  cluster lock = /run/cluster-lock
  leader timeout = 2
[legacy]
  realtime scheduling = false
`,
  // Processes start slowly there: the tests run the event monitor when they need it.
  'ctdb.tunables': Object.entries({ ...TUNABLES, MonitorInterval: 600, EventScriptTimeout: 120, TakeoverTimeout: 60 })
    .map(([name, value]) => `${name}=${value}\n`)
    .join(''),
  'script.options': 'CTDB_PARTIALLY_ONLINE_INTERFACES=yes\n',
}
/** The scripts that have to be there. Others only take time. */
const SCRIPTS = ['00.ctdb', '10.interface']

/** Beside other tests, its event scripts take many seconds each. */
const HEALTHY_LIMIT_MS = 180_000

/** What this machine lacks for it, and how to get it; undefined if it has all. */
export function umlLack(): string | undefined {
  if (!existsSync('/usr/bin/linux.uml') || !existsSync(MODULES)) return 'User-mode Linux (apt-get install user-mode-linux)'
  if (!existsSync('/usr/sbin/modprobe')) return 'modprobe (apt-get install kmod)'
  return existsSync('/usr/sbin/ipvsadm') ? undefined : 'the program ipvsadm (apt-get install ipvsadm)'
}

/**
 * A cluster of one node on a kernel of its own: User-mode Linux, with what the kernel of this machine may lack (bonds, LVS). It has the
 * programs of this machine, and its own changes to its files, which end with it. It is a part of a lab, and removed with it.
 */
export class UmlNode {
  private readonly lab: Lab
  private readonly directory: string
  /** What its kernel and its first process print. */
  private output = ''

  private constructor(lab: Lab) {
    this.lab = lab
    this.directory = join(lab.directory, 'uml')
  }

  /** @throws Error with what it has printed when it does not start. */
  static async start(lab: Lab): Promise<UmlNode> {
    const node = new UmlNode(lab)
    node.writeFiles()
    await node.connect()
    const kernel = node.boot()
    const ended = once(kernel, 'exit').then(() => 'it has ended')
    await waitUntil('User-mode Linux is a node', async () => {
      if (node.output.includes('READY')) return undefined
      const lack = await Promise.race([ended, 'it is not ready'])
      if (lack === 'it has ended' || node.output.includes('FAILED')) throw new Error(`User-mode Linux: ${node.output}`)
      return lack
    })
    await node.untilHealthy()
    return node
  }

  async stop(): Promise<void> {
    await removeNamespace(this.namespace)
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Runs a line of shell on the node. @returns its standard output. @throws Error with its output when it fails. */
  async sh(line: string): Promise<string> {
    const { stdout, stderr, status } = await this.run('ssh', '-F', this.sshConfig, ADDRESS, line)
    if (status !== 0) throw new Error(`${line} failed with status ${status}: ${stdout}${stderr}`)
    return stdout
  }

  /** Runs a line of `ip` at the switch. */
  async atSwitch(line: string): Promise<void> {
    await this.sh(`ip -n switch ${line}`)
  }

  /** Runs `ctdbts` on this machine, beside the node; it reaches the node over SSH. */
  async ctdbts(...argv: string[]): Promise<RunResult> {
    return await this.run(...this.lab.program, ...argv, '--ssh-config', this.sshConfig, '--host', ADDRESS)
  }

  /** Waits until the node is healthy and has all its addresses. */
  async untilHealthy(): Promise<void> {
    await waitUntil(
      'the node in User-mode Linux is healthy',
      async () => {
        const said = await this.sh('ctdb -X nodestatus; ctdb ip').catch(String)
        return /\|0\|0\|0\|0\|0\|0\|0\|0\|/.test(said) && !said.includes(' -1') ? undefined : said
      },
      HEALTHY_LIMIT_MS,
    )
  }

  private get namespace(): string {
    return `${this.lab.id}-uml`
  }

  private get sshConfig(): string {
    return join(this.directory, 'ssh_config')
  }

  private async run(...argv: string[]): Promise<RunResult> {
    const env = { HOME: this.directory, XDG_CACHE_HOME: this.directory }
    const result = await execa('ip', ['netns', 'exec', this.namespace, ...argv], {
      env,
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
    })
    return runResultOf(result)
  }

  private writeFiles(): void {
    const { directory } = this
    rmSync(directory, { recursive: true, force: true })
    const etc = join(directory, 'etc')
    const scripts = join(etc, 'events/legacy')
    mkdirSync(directory)
    cpSync(FILES, directory, { recursive: true })
    cpSync('/etc/ctdb', etc, { recursive: true, verbatimSymlinks: true })
    cpSync(join(this.lab.directory, 'keys'), join(directory, 'keys'), { recursive: true })
    rmSync(scripts, { recursive: true })
    mkdirSync(scripts)
    for (const name of SCRIPTS) symlinkSync(`/usr/share/ctdb/events/legacy/${name}.script`, join(scripts, `${name}.script`))
    for (const [name, text] of Object.entries(FILES_OF_CTDB)) writeFileSync(join(etc, name), text)
    writeFileSync(join(etc, 'sshd_config'), sshdConfig('', '/run/node/keys', ADDRESS))
    const hostKey = readFileSync(join(directory, 'keys/host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(join(directory, 'known_hosts'), `${ADDRESS} ${hostKey}\n`)
    const lines = {
      User: 'root',
      IdentityFile: join(directory, 'keys/client'),
      IdentitiesOnly: 'yes',
      UserKnownHostsFile: join(directory, 'known_hosts'),
      // It takes a second or more to log in there.
      ControlMaster: 'auto',
      ControlPath: join(directory, 'ssh'),
      ControlPersist: '600',
    }
    writeFileSync(
      this.sshConfig,
      `Host *\n${Object.entries(lines)
        .map((pair) => `  ${pair.join(' ')}\n`)
        .join('')}`,
    )
  }

  /** The cable of the node is a veth pair: it sends and receives at one end, this machine is at the other one. */
  private async connect(): Promise<void> {
    const { namespace } = this
    await execa('ip', ['netns', 'add', namespace])
    const ip = async (line: string) => await execa('ip', ['-n', namespace, ...line.split(' ')])
    await ip('link add here type veth peer name node')
    await ip('addr add 10.99.0.254/24 dev here')
    for (const name of ['lo', 'here', 'node']) await ip(`link set ${name} up`)
  }

  private boot(): ChildProcess {
    const words = ['mem=256M', 'rootfstype=hostfs', 'root=/dev/root', 'ro', `init=${join(this.directory, 'init.sh')}`, 'quiet']
    const devices = ['con0=null,fd:1', 'con=null', 'ssl=null', 'vec0:transport=raw,ifname=node']
    const folders = [`UML_DIRECTORY=${this.directory}`, `uml_dir=${this.directory}/`]
    const kernel = spawn('ip', ['netns', 'exec', this.namespace, 'linux.uml', ...words, ...devices, ...folders], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [kernel.stdout, kernel.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
    }
    return kernel
  }
}
