import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the checkout. */
export const ROOT = join(import.meta.dirname, '../..')

/** A page for readers: its path from the checkout, and its text. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** All pages of the checkout, but for those of the API, which are made. */
export const pages = (): Page[] =>
  [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    ...globSync('docs/**/*.md', { cwd: ROOT }).filter((path) => !path.startsWith('docs/api/')),
  ]
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

/** A block of code in a page: what its first line calls it, and its lines. */
export interface Block {
  readonly language: string
  readonly code: string
}

const FENCED = /^( *)```(\w*)\n(.*?)^\1```$/gms

/** The blocks of code of a page. */
export const blocksOf = (text: string): Block[] =>
  [...text.matchAll(FENCED)].map(([, , language = '', code = '']) => ({ language, code }))

/** The page without its blocks of code. */
export const proseOf = (text: string): string => text.replaceAll(FENCED, '')
