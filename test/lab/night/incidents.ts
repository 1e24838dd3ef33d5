import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import type { Lab } from '../harness/lab.ts'
import { kill } from '../harness/processes.ts'
import { untilSeen, untilSettled, type View, viewOf } from '../harness/view.ts'
import { waitUntil } from '../harness/wait.ts'
import { addressesOn, readAddressFile, writeAddressFile } from '../takeover-run/courses.ts'
import { pick, type Random } from '../takeover-run/random.ts'

/** What an incident can use. */
interface Scene {
  readonly lab: Lab
  readonly random: Random
  /** The node that it happens to, and another one. */
  readonly node: number
  readonly other: number
  /** Notes that what was done is undone from now on. */
  readonly undo: () => void
  /** Waits until nothing goes on any more. */
  readonly untilQuiet: () => Promise<void>
}

/** Something that happens to a node. Afterwards the cluster is healthy again, or will be by itself. */
export interface Incident {
  readonly kind: string
  /** It happens to the leader. */
  readonly isOfLeader?: true
  carryOut(scene: Scene): Promise<void>
}

/** After so many seconds, event scripts have taken too long. */
export const SCRIPT_SECONDS = 6

/** The state of a node that the others cannot reach. */
const GONE = 'Disconnected|Unhealthy'

/** The states of all nodes if one of them is in some state, and the others are well. */
const allBut = ({ lab }: Scene, pnn: number, state: string): string[] => lab.pnns.map((each) => (each === pnn ? state : 'OK'))
const othersThan = ({ lab }: Scene, pnn: number): number[] => lab.pnns.filter((each) => each !== pnn)

/** A command sets a node aside, and another one brings it back. */
function setAside(kind: string, state: string, command: readonly string[], undo: string): Incident {
  return {
    kind,
    async carryOut(scene) {
      const { lab, node, other } = scene
      const isIts = ['-n', String(node)]
      await lab.must(other, 'ctdb', ...command, ...isIts)
      await untilSettled(lab, allBut(scene, node, state))
      await scene.untilQuiet()
      scene.undo()
      await lab.must(other, 'ctdb', undo, ...isIts)
    },
  }
}

const scriptOf = ({ lab }: Scene, pnn: number): string => lab.path(pnn, 'etc/events/legacy/90.trouble.script')

/** Gives a node an event script. As it comes into its place whole, no event that runs meanwhile can fail. */
function putScript(scene: Scene, pnn: number, text: string): void {
  const file = scriptOf(scene, pnn)
  writeFileSync(`${file}.new`, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  renameSync(`${file}.new`, file)
}

/** Gives a node an event script that does something at an event. */
const writeScript = (scene: Scene, pnn: number, event: string, action: string): void =>
  putScript(scene, pnn, `[ "$1" != ${event} ] || ${action}`)
/** Takes the trouble out of the script. An event that has found it would fail without it. */
const removeTrouble = (scene: Scene, pnn: number): void => putScript(scene, pnn, 'exit 0')

const FAILS = '{ echo "no disk"; exit 1; }'
const HANGS = `sleep ${SCRIPT_SECONDS * 10}`

/** The monitor scripts of a node fail or hang for a while. */
const monitorTrouble = (kind: string, action: string): Incident => ({
  kind,
  async carryOut(scene) {
    const { lab, node } = scene
    writeScript(scene, node, 'monitor', action)
    await untilSettled(lab, allBut(scene, node, 'Unhealthy'))
    await scene.untilQuiet()
    scene.undo()
    removeTrouble(scene, node)
  },
})

async function viewFrom(lab: Lab, pnn: number): Promise<View> {
  const view = await viewOf(lab, pnn)
  if (typeof view === 'string') throw new Error(view)
  return view
}

/** An address of a node. */
async function addressOf(
  { lab, random, other, node }: Scene,
  isWanted = (_: string): boolean => true,
): Promise<string | undefined> {
  const { owners } = await viewFrom(lab, other)
  const own = [...owners].filter(([address, owner]) => owner === node && isWanted(address)).map(([address]) => address)
  return own.length === 0 ? undefined : pick(random, own)
}

/** Moves an address of a node to another one; with scripts in trouble, the tool may fail. */
async function moveAway(scene: Scene): Promise<void> {
  const { lab, other } = scene
  const address = await addressOf(scene)
  if (address !== undefined) await lab.ctdb(other, 'moveip', address, String(other))
}

/** An address moves while the takeip or releaseip scripts of one of the two nodes fail, or hang until they are ended. */
const moveTrouble = (kind: string, event: 'takeip' | 'releaseip', action: string): Incident => ({
  kind,
  async carryOut(scene) {
    const { node, other } = scene
    const troubled = event === 'takeip' ? other : node
    writeScript(scene, troubled, event, action)
    await moveAway(scene)
    removeTrouble(scene, troubled)
  },
})

/** The interfaces that can have public addresses. */
const INTERFACES: ReadonlySet<string> = new Set(['eth1', 'eth2'])

const publicOn = async ({ lab, node }: Scene) =>
  (await addressesOn(lab, node)).filter(
    ({ address, interfaceName }) => INTERFACES.has(interfaceName) && !address.startsWith('fe80'),
  )

/** Waits until some kernel has what one had: a takeover run may give it to another node. */
const untilBack = async (scene: Scene, found: Awaited<ReturnType<typeof publicOn>>): Promise<void> =>
  await waitUntil('the addresses are back', async () => {
    const all = await Promise.all(scene.lab.pnns.map((node) => publicOn({ ...scene, node })))
    const now = new Set(all.flat().map(({ address }) => address))
    const lacking = found.flatMap(({ address }) => (now.has(address) ? [] : address))
    return lacking.length === 0 ? undefined : `not ${lacking.join()}`
  })

const deletions = (found: Awaited<ReturnType<typeof publicOn>>): string =>
  found.map(({ address, mask, interfaceName }) => `ip addr del ${address}/${mask} dev ${interfaceName}`).join(' && ') || 'true'

const death = (kind: string, end: (scene: Scene) => void, isNoticed: boolean): Incident => ({
  kind,
  async carryOut(scene) {
    const { lab, node } = scene
    end(scene)
    if (isNoticed) {
      await untilSettled(lab, allBut(scene, node, GONE), othersThan(scene, node))
      await scene.untilQuiet()
    }
    scene.undo()
    await lab.startDaemon(node)
    await untilWell(scene)
  },
})

/**
 * Waits until a node is well whose daemon was started. Where its kernel has addresses that the last daemon left, and the scripts cannot remove
 * them, the leader bans it again and again: somebody ends the ban, and only the second time removes the addresses.
 */
async function untilWell(scene: Scene): Promise<void> {
  const { lab, node, other } = scene
  for (let bans = 0; ; bans++) {
    let isBanned = false
    await waitUntil(`node ${node} is well, or banned`, async () => {
      const view = await viewOf(lab, other)
      if (typeof view === 'string') return view
      isBanned = view.states[node]?.includes('Banned') === true
      return isBanned || view.states.every((state) => state === 'OK') ? undefined : view.states.join()
    })
    if (!isBanned) return
    if (bans > 0) await lab.must(node, 'sh', '-c', deletions(await publicOn(scene)))
    // It fails when the takeover run that it asks for does.
    await lab.ctdb(other, 'unban', '-n', String(node))
  }
}

/** The recovery daemon of a node; undefined while it has none. */
function recoverdOf(lab: Lab, pnn: number): number | undefined {
  try {
    return lab.recoverdPid(pnn)
  } catch {
    return undefined
  }
}

/** All that can happen. */
export const INCIDENTS: readonly Incident[] = [
  setAside('disable', 'Disabled', ['disable'], 'enable'),
  setAside('stop', 'Stopped', ['stop'], 'continue'),
  setAside('ban', 'Banned', ['ban', '600'], 'unban'),
  {
    kind: 'short-ban',
    // The command waits for a takeover run. If a tool has disabled these, the ban is over before that.
    carryOut: async ({ lab, node, other }) => void (await lab.must(other, 'ctdb', 'ban', '5', '-n', String(node))),
  },
  death('kill', ({ lab, node }) => lab.killDaemon(node), true),
  death('kill-ctdbd', ({ lab, node }) => kill(lab.daemonPid(node)), true),
  death('quick-restart', ({ lab, node }) => lab.killDaemon(node), false),
  {
    kind: 'cable',
    async carryOut(scene) {
      const { lab, node } = scene
      await lab.pull(node, 'eth1')
      await untilSettled(lab, allBut(scene, node, 'PartiallyOnline'))
      await waitUntil('the node has no IPv4 address any more', () => addressOf(scene, isIPv4))
      await scene.untilQuiet()
      scene.undo()
      await lab.plug(node, 'eth1')
    },
  },
  {
    kind: 'private-cable',
    async carryOut(scene) {
      const { lab, node } = scene
      const isLeader = (await lab.leader()) === node
      await lab.pull(node, 'eth0')
      await untilSeen(lab, allBut(scene, node, GONE), othersThan(scene, node))
      // A leader that is cut off keeps the lock, which is on this machine, and takes all addresses. The others have no leader then.
      if (isLeader)
        await untilSettled(
          lab,
          lab.pnns.map((pnn) => (pnn === node ? 'OK' : GONE)),
          [node],
        )
      else await untilSettled(lab, allBut(scene, node, GONE), othersThan(scene, node))
      if (!isLeader) await scene.untilQuiet()
      scene.undo()
      await lab.plug(node, 'eth0')
    },
  },
  {
    kind: 'restart-network',
    async carryOut(scene) {
      const { lab, node } = scene
      const found = await publicOn(scene)
      await lab.must(node, 'sh', '-c', `${deletions(found)}; ip link set eth1 down; ip link set eth1 up`)
      await untilBack(scene, found)
    },
  },
  {
    kind: 'wipe',
    async carryOut(scene) {
      const { lab, node, random } = scene
      const found = await publicOn(scene)
      if (found.length === 0) return
      const wiped = [pick(random, found)]
      await lab.must(node, 'sh', '-c', deletions(wiped))
      await untilBack(scene, wiped)
    },
  },
  monitorTrouble('failing-script', FAILS),
  monitorTrouble('hanging-script', HANGS),
  moveTrouble('failing-takeip', 'takeip', FAILS),
  moveTrouble('hanging-takeip', 'takeip', HANGS),
  moveTrouble('failing-releaseip', 'releaseip', FAILS),
  moveTrouble('hanging-releaseip', 'releaseip', HANGS),
  { kind: 'moveip', carryOut: moveAway },
  {
    kind: 'reloadips',
    async carryOut(scene) {
      const { lab, random } = scene
      const [address = ''] = pick(random, [...(await viewFrom(lab, 0)).owners])
      const before = lab.pnns.map((pnn) => readAddressFile(lab, pnn))
      const chosen = new Set(random() < 0.5 ? lab.pnns : [scene.node])
      for (const pnn of chosen)
        writeAddressFile(
          lab,
          pnn,
          (before[pnn] ?? '').replaceAll(/.*\n/g, (line) => (line.startsWith(`${address}/`) ? '' : line)),
        )
      await lab.must(scene.other, 'ctdb', 'reloadips', 'all')
      await scene.untilQuiet()
      scene.undo()
      for (const pnn of chosen) writeAddressFile(lab, pnn, before[pnn] ?? '')
      await lab.must(scene.other, 'ctdb', 'reloadips', 'all')
    },
  },
  {
    kind: 'leader-killed',
    isOfLeader: true,
    async carryOut({ lab, node, other }) {
      const pid = lab.recoverdPid(node)
      kill(pid)
      await waitUntil('there is another recovery daemon', async () => {
        const now = recoverdOf(lab, node)
        return now !== undefined && now !== pid ? undefined : 'there is none'
      })
      await waitUntil('there is a leader', async () => {
        const { stdout } = await lab.ctdb(other, 'leader')
        return /^\d/.test(stdout) ? undefined : stdout
      })
    },
  },
  {
    kind: 'leader-hangs',
    isOfLeader: true,
    async carryOut({ lab, node, other }) {
      lab.signal(node, 'recoverd', 'SIGSTOP')
      try {
        // As it keeps the lock, no other node can lead meanwhile.
        await waitUntil(`node ${other} misses the leader`, async () => {
          const { stdout } = await lab.ctdb(other, 'leader')
          return Number(stdout) === node ? stdout : undefined
        })
      } finally {
        lab.signal(node, 'recoverd', 'SIGCONT')
      }
    },
  },
]

/** Takes back what an incident may have left behind that did not come to its end. */
export async function cleanUp(lab: Lab): Promise<void> {
  for (const pnn of lab.pnns) {
    rmSync(lab.path(pnn, 'etc/events/legacy/90.trouble.script'), { force: true })
    for (const name of ['eth0', 'eth1'] as const) await lab.plug(pnn, name)
    if (typeof (await viewOf(lab, pnn)) === 'string') await lab.startDaemon(pnn)
  }
  for (const pnn of lab.pnns) for (const command of ['unban', 'continue', 'enable']) await lab.ctdb(0, command, '-n', String(pnn))
}

/** The text of a node's log. */
export const logOf = (lab: Lab, pnn: number): string => readFileSync(lab.path(pnn, 'log/log.ctdb'), 'utf8')
