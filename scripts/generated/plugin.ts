import { join } from 'node:path'
import { type Interfaces, Plugin } from '@oclif/core'
import { COMMAND_GROUPS } from '../../src/cli/command-groups.ts'
import { loadCommands } from './loaded-commands.ts'

const root = join(import.meta.dirname, '../..')

/** All commands as oclif caches them, from the sources. */
export async function loadedPlugin(): Promise<Plugin> {
  await loadCommands()
  const { default: packageJson } = await import('../../package.json', { with: { type: 'json' } })
  const commands = {
    strategy: 'explicit',
    target: './scripts/generated/loaded-commands.ts',
    identifier: 'LOADED_COMMANDS',
  } as const
  const pjson = { ...packageJson, oclif: { ...packageJson.oclif, commands } } as Interfaces.PJSON
  const plugin = new Plugin({ root, pjson, ignoreManifest: true, isRoot: true })
  await plugin.load()
  for (const id of plugin.commandIDs) await requireComplete(plugin, id)
  return plugin
}

/** oclif loses the options that a command inherits when a class between it and Command has static properties of its own. */
async function requireComplete(plugin: Plugin, id: string): Promise<void> {
  const command = await plugin.findCommand(id, { must: true })
  const known = plugin.manifest.commands[id]?.flags ?? {}
  const lost = Object.keys({ ...command.baseFlags, ...command.flags }).filter((name) => !Object.hasOwn(known, name))
  if (lost.length > 0) throw new Error(`the manifest lacks options of ${id}: ${lost.join(', ')}`)
  const group = 'group' in command ? String(command.group) : ''
  if (!command.hidden && !Object.hasOwn(COMMAND_GROUPS, group)) {
    throw new Error(`${id} has no group of src/cli/command-groups.ts: static override readonly group = '…'`)
  }
}
