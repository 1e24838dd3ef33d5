import type * as Interfaces from '@oclif/core/interfaces'
import { run } from '@oclif/core/run'
import packageJson from '../../package.json' with { type: 'json' }
import { loadCommands } from './loaded-commands.ts'

/** Where oclif finds commands and help. */
export type OclifPlaces = Partial<typeof packageJson.oclif>

/** No user plugins: anyone who can write to the home folder could run code, as root too, because sudo may keep the user's home. */
const NO_PLUGINS = { userPlugins: false, devPlugins: false }

/** Has oclif find out what is wanted: for help, and for what looks at all commands. */
export async function runOclif(words: string[], root: string, elsewhere: OclifPlaces | undefined): Promise<void> {
  const pjson = { ...packageJson, oclif: { ...packageJson.oclif, ...elsewhere } } as Interfaces.PJSON
  // The manifest has what is to be known of the others.
  await loadCommands(elsewhere === undefined ? words.slice(0, 1) : undefined)
  await run(words, { root, pjson, ignoreManifest: elsewhere !== undefined, ...NO_PLUGINS })
}
