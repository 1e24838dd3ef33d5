import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listNamespaces, removeNamespace } from './network.ts'
import { isAlive } from './processes.ts'

const labsOf = (ownerPid: number): string => `ctdbts-lab-${ownerPid}`

/** The id of one of the labs of a process, which are counted from 0. The names of its namespaces and of its folder begin with `<id>-`. */
export const labIdOf = (ownerPid: number, index = 0): string => `${labsOf(ownerPid)}-${index}`

/** Ends and removes everything that belongs to a lab, whatever state it is in. Does nothing if there is no such lab. */
export const removeLab = (labId: string): Promise<void> => removeAll(`${labId}-`)

async function removeAll(prefix: string): Promise<void> {
  const ours = (await listNamespaces()).filter((name) => name.startsWith(prefix))
  await Promise.all(ours.map(removeNamespace))
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** Removes labs whose owner is gone, and those that an earlier process with our own process id left behind. */
export async function removeLeftovers(): Promise<void> {
  const names = [...(await listNamespaces()), ...readdirSync(tmpdir())]
  const owners = new Set(names.flatMap((name) => /^ctdbts-lab-(\d+)-/.exec(name)?.[1] ?? []).map(Number))
  const orphaned = [...owners].filter((pid) => pid === process.pid || !isAlive(pid))
  await Promise.all(orphaned.map((pid) => removeAll(`${labsOf(pid)}-`)))
}
