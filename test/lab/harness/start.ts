import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { Lab, type LabDescription } from './lab.ts'
import { createNetwork, nodeNamespace } from './network.ts'
import { mustRunOn } from './node-commands.ts'
import { type LabNode, MOUNTS, OTHER_CTDB, privateAddress, SHELL_STARTUP_FILES, writeNodeFiles } from './node-files.ts'
import { nameOf } from './processes.ts'
import { labIdOf, removeLab, removeLeftovers } from './remove.ts'
import { untilHealthy } from './view.ts'
import { waitUntil } from './wait.ts'

/** A running lab, for the process that started it. */
export interface StartedLab {
  /** Lets any process use the lab: `new Lab(description)`. */
  readonly description: LabDescription
  /** Ends all processes of the lab and removes its files. */
  stop(): Promise<void>
}

/**
 * Starts a cluster and waits until it is healthy: each node is a network namespace with its own ctdbd and sshd. The lab is removed when
 * `stop` is called, and at the latest when this process ends, however it ends.
 * @throws Error saying what went wrong, with the end of the logs; nothing is left running then.
 */
export async function startLab({ nodes }: { nodes: number }): Promise<StartedLab> {
  await removeLeftovers()
  return await start(labIdOf(process.pid), nodes)
}

/**
 * Starts several clusters beside each other. They share nothing, not even a network, and so have the same addresses.
 * @throws Error as {@link startLab} does; no lab is left running then.
 */
export async function startLabs(labs: number, { nodes }: { nodes: number }): Promise<StartedLab[]> {
  await removeLeftovers()
  const starts = await Promise.allSettled(Array.from({ length: labs }, (_, index) => start(labIdOf(process.pid, index), nodes)))
  const started = starts.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = starts.find((result) => result.status === 'rejected')
  if (!failure) return started
  await Promise.all(started.map(({ stop }) => stop()))
  throw failure.reason
}

async function start(labId: string, count: number): Promise<StartedLab> {
  const dismissJanitor = employJanitor(labId)
  const stop = async () => {
    await removeLab(labId)
    await dismissJanitor()
  }
  try {
    const directory = mkdtempSync(join(tmpdir(), `${labId}-`))
    await makeKeys(directory)
    copyProgram(directory)
    await createNetwork(labId, count)
    const nodes = await Promise.all(Array.from({ length: count }, (_, pnn) => startNode(labId, directory, pnn, count)))
    const description = { labId, directory, nodes }
    const lab = new Lab(description)
    await Promise.all(nodes.map(({ pnn }) => lab.startDaemon(pnn)))
    await untilHealthy(lab)
    return { description, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function employJanitor(labId: string): () => Promise<void> {
  const script = fileURLToPath(new URL('janitor.ts', import.meta.url))
  const janitor = spawn(process.execPath, [script, labId], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  janitor.unref()
  return async () => {
    janitor.ref()
    janitor.stdin.end()
    if (janitor.exitCode === null) await once(janitor, 'exit')
  }
}

async function makeKeys(directory: string): Promise<void> {
  const keys = join(directory, 'keys')
  mkdirSync(keys)
  for (const name of ['host', 'client']) {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ctdbts-lab', '-f', join(keys, name)])
  }
}

/** The tests use this copy of the program, even if somebody builds it again while the lab runs. */
function copyProgram(directory: string): void {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  for (const file of ['package.json', 'oclif.manifest.json', 'bin/run.js', 'dist/program']) {
    cpSync(join(root, file), join(directory, 'program', file), { recursive: true })
  }
}

/** Creates the files and namespaces of a node, and starts sshd in them. ctdbd is started when all nodes exist. */
async function startNode(labId: string, labDirectory: string, pnn: number, count: number): Promise<LabNode> {
  const directory = join(labDirectory, `n${pnn}`)
  writeNodeFiles(labDirectory, directory, pnn, count)
  // `ip netns exec` also creates a mount namespace. Mounts in it are not seen outside.
  const holder = spawn('ip', ['netns', 'exec', nodeNamespace(labId, pnn), 'sleep', 'infinity'], {
    detached: true,
    stdio: 'ignore',
  })
  await once(holder, 'spawn')
  holder.unref()
  const holderPid = holder.pid!
  await waitUntil(`node ${pnn} has its namespaces`, async () => (nameOf(holderPid) === 'sleep' ? undefined : 'ip is not done'))
  const node = { pnn, address: privateAddress(pnn), directory, holderPid }
  // The rest of /usr stays that of the machine, but cannot be written.
  if (OTHER_CTDB)
    await mustRunOn(node, ['mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${join(OTHER_CTDB, 'usr')}:/usr`, '/usr'])
  for (const [path, folder] of MOUNTS) await mustRunOn(node, ['mount', '--bind', join(directory, folder), path])
  for (const path of SHELL_STARTUP_FILES.filter((file) => existsSync(file)))
    await mustRunOn(node, ['mount', '--bind', '/dev/null', path])
  await mustRunOn(node, ['/usr/sbin/sshd', '-f', '/etc/ctdb/sshd_config'])
  return node
}
