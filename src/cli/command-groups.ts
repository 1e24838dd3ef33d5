/** The groups of commands in `ctdbts --help` and in docs/reference/commands.md, in their order. Each command names its own as `group`. */
export const COMMAND_GROUPS = {
  cluster: 'Watch and verify the cluster',
  addresses: 'Public addresses',
  nodes: 'Nodes',
  daemons: 'Daemons and their settings',
  databases: 'Databases',
  services: 'Event scripts, gateways and connections',
  start: 'Try and learn',
} as const

export type CommandGroup = keyof typeof COMMAND_GROUPS

/** The commands of each group, in the order of the groups, by a command's own `group`. Commands without one are hidden. */
export const grouped = <C extends object>(commands: readonly C[]): [title: string, members: C[]][] =>
  Object.entries(COMMAND_GROUPS).map(([group, title]) => [
    title,
    commands.filter((command) => 'group' in command && command.group === group),
  ])
