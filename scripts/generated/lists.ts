import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const NOTE = '// Made from the files in this folder by `npm run generated`; do not edit.'

/** Lists of the modules in a folder: the source of each. */
export const lists = (): Record<string, string> => ({
  'src/commands/index.ts': commandTable(modulesIn('src/commands')),
  'src/lib/audit/checks/index.ts': checkList(modulesIn('src/lib/audit/checks')),
})

const modulesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => basename(file, '.ts'))
    .toSorted()

function commandTable(names: readonly string[]): string {
  const key = (name: string) => (name.includes('-') ? `'${name}'` : name)
  return `${NOTE}

/** Loads a command, by its name on the command line. */
export const COMMANDS = {
${names.map((name) => `  ${key(name)}: () => import('./${name}.ts'),\n`).join('')}}
`
}

function checkList(names: readonly string[]): string {
  const checks = names.map((file) => ({ file, name: file.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) }))
  const imports = checks.map(({ file, name }) => `import { check as ${name} } from './${file}.ts'\n`)
  return `${NOTE}
import type { Check } from '../check.ts'
${imports.join('')}
export const ALL_CHECKS: readonly Check[] = [
${checks.map(({ name }) => `  ${name},\n`).join('')}]
`
}
