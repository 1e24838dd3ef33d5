import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listNamespaces, removeNamespace } from './network.ts'
import { isAlive } from './processes.ts'

/** The lab of the process with this id. Its namespaces and its folder have names that begin with it and a `-`. */
export const labIdOf = (ownerPid: number): string => `ctdbts-lab-${ownerPid}`

/** Ends and removes all that there is of a lab, whatever state it is in. Nothing is left to do when there is none. */
export async function removeLab(labId: string): Promise<void> {
  const ours = (await listNamespaces()).filter((name) => name.startsWith(`${labId}-`))
  await Promise.all(ours.map(removeNamespace))
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(`${labId}-`))) {
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** Removes labs whose owner is gone, and any that an earlier process with our own process id has left. */
export async function removeLeftovers(): Promise<void> {
  const names = [...(await listNamespaces()), ...readdirSync(tmpdir())]
  const owners = new Set(names.flatMap((name) => /^ctdbts-lab-(\d+)-/.exec(name)?.[1] ?? []).map(Number))
  const orphaned = [...owners].filter((pid) => pid === process.pid || !isAlive(pid))
  await Promise.all(orphaned.map((pid) => removeLab(labIdOf(pid))))
}
