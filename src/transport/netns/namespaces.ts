import { type CommandOptions, commandFailed, run, runOk } from './command.ts'

/** The network namespace of a node. */
export const nodeNamespace = (name: string, pnn: number): string => `${name}-${pnn}`

/** The namespace of the bridge, apart from the machine's own so that its firewall and its other bridges cannot meddle. */
export const switchNamespace = (name: string): string => `${name}-switch`

/** @throws CtdbtsError NETNS_FAILED, also when there is one of that name. */
export async function addNamespace(namespace: string): Promise<void> {
  await runOk(['ip', 'netns', 'add', namespace])
}

/** All network namespaces of the machine that have a name. */
export async function listNamespaces(): Promise<string[]> {
  const listing = await runOk(['ip', 'netns', 'list'])
  // A line is `name`, or `name (id: 0)`.
  return listing.split('\n').flatMap((line) => line.split(' ')[0] || [])
}

/**
 * Takes a namespace away, with the interfaces in it. What still runs in there keeps it alive, without a name, until it ends.
 * @returns whether it was there.
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
