import { type CommandOptions, commandFailed, run, runOk } from './command.ts'

/** The network namespace of a node. */
export const nodeNamespace = (name: string, pnn: number): string => `${name}-${pnn}`

/** The namespace of the bridge. It is separate from the machine's own, so that the firewall and other bridges do not interfere. */
export const switchNamespace = (name: string): string => `${name}-switch`

/** @throws CtdbtsError NETNS_FAILED, also when the namespace exists already. */
export async function addNamespace(namespace: string): Promise<void> {
  await runOk(['ip', 'netns', 'add', namespace])
}

/** All named network namespaces of the machine. */
export async function listNamespaces(): Promise<string[]> {
  const listing = await runOk(['ip', 'netns', 'list'])
  // A line is `name`, or `name (id: 0)`.
  return listing.split('\n').flatMap((line) => line.split(' ')[0] || [])
}

/**
 * Deletes a namespace and the interfaces in it. Programs that still run in it keep it alive, without a name, until they end.
 * @returns whether it existed.
 */
export async function deleteNamespace(namespace: string): Promise<boolean> {
  const argv = ['ip', 'netns', 'delete', namespace] as const
  const { exitStatus, stderr } = await run(argv)
  if (exitStatus === 0) return true
  if ((await listNamespaces()).includes(namespace)) throw commandFailed(argv, stderr.trim())
  return false
}

/** Sets a parameter of the kernel in a namespace; `key` is a path below /proc/sys. */
export async function setParameter(namespace: string, key: string, value: string, options?: CommandOptions): Promise<void> {
  await runOk(['ip', 'netns', 'exec', namespace, 'tee', `/proc/sys/${key}`], { ...options, input: value })
}
