import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { loadedPlugin } from '../generated/plugin.ts'
import { sourceDate } from '../source-date.ts'
import { manualPages } from './pages.ts'

/** Writes the manual pages into a folder that it makes. */
export async function writeManualPages(folder: string): Promise<void> {
  const { manifest } = await loadedPlugin()
  const { name, version, description } = packageJson
  const program = { name, version, description, date: sourceDate().toISOString().slice(0, 10) }
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(manualPages(program, Object.values(manifest.commands)))) {
    writeFileSync(join(folder, file), text)
  }
}
