import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { Lab, type LabDescription } from './lab.ts'
import { createNetwork, nodeNamespace } from './network.ts'
import { mustRunOn } from './node-commands.ts'
import { type LabNode, MOUNTS, privateAddress, writeNodeFiles } from './node-files.ts'
import { nameOf } from './processes.ts'
import { labIdOf, removeLab, removeLeftovers } from './remove.ts'
import { untilHealthy } from './view.ts'
import { waitUntil } from './wait.ts'

/** A lab that runs, in the hands of the process that started it. */
export interface StartedLab {
  /** All that another process needs to use it: `new Lab(description)`. */
  readonly description: LabDescription
  /** Ends and removes everything. */
  stop(): Promise<void>
}

/**
 * Starts a cluster and waits until it is healthy: each node is a network namespace with a ctdbd and an sshd of its own. It goes when
 * `stop` is called, and at the latest when this process ends, in whatever way.
 * @throws Error saying what went wrong, with the end of the logs; nothing is left running then.
 */
export async function startLab({ nodes: count }: { nodes: number }): Promise<StartedLab> {
  await removeLeftovers()
  const labId = labIdOf(process.pid)
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

/** The program is used as it is now, whoever builds it anew while the lab runs. */
function copyProgram(directory: string): void {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const bundles = readdirSync(join(root, 'dist')).filter((name) => /\.[cm]js$/.test(name))
  for (const file of ['package.json', 'oclif.manifest.json', 'bin/run.js', ...bundles.map((name) => `dist/${name}`)]) {
    cpSync(join(root, file), join(directory, 'program', file), { recursive: true })
  }
}

/** Makes a node's files and namespaces, with sshd in them; ctdbd is for when all nodes are there. */
async function startNode(labId: string, labDirectory: string, pnn: number, count: number): Promise<LabNode> {
  const directory = join(labDirectory, `n${pnn}`)
  writeNodeFiles(labDirectory, directory, pnn, count)
  // `ip netns exec` gives it a mount namespace too, from which nothing gets back to the machine's own.
  const holder = spawn('ip', ['netns', 'exec', nodeNamespace(labId, pnn), 'sleep', 'infinity'], {
    detached: true,
    stdio: 'ignore',
  })
  await once(holder, 'spawn')
  holder.unref()
  const holderPid = holder.pid!
  await waitUntil(`node ${pnn} has its namespaces`, async () => (nameOf(holderPid) === 'sleep' ? undefined : 'ip is at it'))
  const node = { pnn, address: privateAddress(pnn), directory, holderPid }
  for (const [path, folder] of MOUNTS) await mustRunOn(node, ['mount', '--bind', join(directory, folder), path])
  await mustRunOn(node, ['/usr/sbin/sshd', '-f', '/etc/ctdb/sshd_config'])
  return node
}
