import { chmodSync, copyFileSync, globSync, lutimesSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import packageJson from '../../package.json' with { type: 'json' }
import { BASH_COMPLETION } from '../../src/ui/completion/bash.ts'
import { FISH_COMPLETION } from '../../src/ui/completion/fish.ts'
import { ZSH_COMPLETION } from '../../src/ui/completion/zsh.ts'

const root = join(import.meta.dirname, '../..')

/** Where distributions differ. */
export interface Places {
  /** For the zsh completion. */
  readonly zsh: string
  /** Files of this kind of package only, by their paths. */
  readonly more: Readonly<Record<string, string | Buffer>>
}

/** What goes into a package beside what is in the repository. */
export interface Contents {
  readonly executable: string
  readonly nodeLicence: string
  readonly date: Date
}

/** Makes the tree of files that a package installs. */
export function makeTree(folder: string, { executable, nodeLicence, date }: Contents, { zsh, more }: Places): void {
  const { name } = packageJson
  const doc = `usr/share/doc/${name}`
  const files: Record<string, string | Buffer> = {
    ...manualPages(),
    ...units(),
    ...schemas(),
    [`usr/share/bash-completion/completions/${name}`]: BASH_COMPLETION,
    [`${zsh}/_${name}`]: ZSH_COMPLETION,
    [`usr/share/fish/vendor_completions.d/${name}.fish`]: FISH_COMPLETION,
    [`${doc}/changelog.gz`]: gzip(source('CHANGELOG.md')),
    [`${doc}/copyright`]: copyright(nodeLicence),
    ...more,
  }
  for (const [path, content] of Object.entries(files)) {
    makeFolder(folder, path)
    writeWithMode(join(folder, path), content, 0o644)
  }
  makeFolder(folder, `usr/bin/${name}`)
  copyFileSync(executable, join(folder, 'usr/bin', name))
  chmodSync(join(folder, 'usr/bin', name), 0o755)
  setTimes(folder, date)
}

/** Folders have the mode that they have everywhere, whatever the umask here. */
function makeFolder(tree: string, path: string): void {
  const folder = dirname(path)
  if (folder !== '.') makeFolder(tree, folder)
  mkdirSync(join(tree, folder), { recursive: true })
  chmodSync(join(tree, folder), 0o755)
}

/** Writes a file with this mode, whatever the umask here. */
export function writeWithMode(path: string, content: string | Buffer, mode: number): void {
  writeFileSync(path, content)
  chmodSync(path, mode)
}

/** Sets the time of everything in a folder, and of the folder. */
export function setTimes(folder: string, date: Date): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) lutimesSync(join(folder, path), date, date)
  lutimesSync(folder, date, date)
}

const source = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The same text gives the same bytes: the head has no time and no name. */
export const gzip = (text: string): Buffer => gzipSync(text, { level: 9 })

const manualPages = (): Record<string, Buffer> =>
  Object.fromEntries(packageJson.man.map((path) => [`usr/share/man/man1/${basename(path)}.gz`, gzip(source(path))]))

/** The units of docs, with the place of the program. */
const units = (): Record<string, string> =>
  Object.fromEntries(
    globSync('docs/*.service', { cwd: root }).map((path) => [
      `usr/lib/systemd/system/${basename(path)}`,
      source(path)
        .replaceAll('/usr/local/bin/', '/usr/bin/')
        .replace(/ Copy to \/etc\/systemd\/system, then/, ' Then'),
    ]),
  )

/**
 * The schemas of the documents of `--json`. Not beside the docs: images of containers leave those out, and programs may need the schemas.
 */
const schemas = (): Record<string, string> =>
  Object.fromEntries(
    globSync('docs/reference/schemas/*.json', { cwd: root }).map((path) => [
      `usr/share/${packageJson.name}/schemas/${basename(path)}`,
      source(path),
    ]),
  )

/** Whose work the package is, with all notices. */
const copyright = (nodeLicence: string): string =>
  [
    `${packageJson.name} ${packageJson.version} is free software: you can redistribute it and/or modify it under the terms of the GNU General Public\nLicense as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.`,
    'On Debian systems, the text of that licence is in /usr/share/common-licenses/GPL-3; in RPM packages, it is beside this file.',
    'The executable contains the following packages, and Node.js, whose licence is the last.',
    source('dist/THIRD-PARTY-LICENSES.txt').trimEnd(),
    '-'.repeat(80),
    `Node.js ${process.version}`,
    nodeLicence,
  ].join('\n\n')
