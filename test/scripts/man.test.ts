import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { manualPages } from '../../scripts/man/pages.ts'
import { ENVIRONMENT } from '../../scripts/man/reference.ts'
import { escapeRoff, inline, paragraphs } from '../../scripts/man/roff.ts'

const program = { name: 'ctdbts', version: '9.8.7', description: 'A tool: for tests', date: '2026-11-30' }

const command = {
  id: 'shake',
  group: 'nodes',
  summary: 'Shake a node',
  description: 'Shakes it with `shaker`.',
  examples: ['<%= config.bin %> shake 1'],
  args: { node: { name: 'node', required: true, description: 'its number' } },
  flags: {
    json: { name: 'json', type: 'boolean', summary: 'Print JSON', helpGroup: 'CTDBTS' },
    debug: { name: 'debug', type: 'option', hidden: true },
    hard: { name: 'hard', type: 'boolean', char: 'f', allowNo: false, summary: 'Shake hard' },
    force: { name: 'force', type: 'option', default: 3, helpValue: 'N', summary: 'How hard' },
  },
} as unknown as Parameters<typeof manualPages>[1][number]

const pages = manualPages(program, [command])

describe('text in a manual page', () => {
  it('has no character that roff would interpret', () => {
    expect(escapeRoff("a\\b -x 'c' `d` ~^ …\n.e")).toBe('a\\(rsb \\-x \\(aqc\\(aq \\(gad\\(ga \\(ti\\(ha \\[u2026]\n\\&.e')
  })

  it('has what is in backticks in bold', () => {
    expect(inline('run `ctdb -n 1` now')).toBe('run \\fBctdb \\-n 1\\fR now')
  })

  it('joins lines that were broken for their length, and keeps others', () => {
    const text =
      'One sentence that\ngoes on.\nAnother one.\n\n  an example\n  of two lines\nafter it\nshake hard: more\nshake soft: less'
    expect(paragraphs(text, 'shake')).toEqual([
      ...['.PP', 'One sentence that', 'goes on.', '.br', 'Another one.'],
      ...['.RS 4', '.EX', 'an example', 'of two lines', '.EE', '.RE'],
      ...['.PP', 'after it', '.br', 'shake hard: more', '.br', 'shake soft: less'],
    ])
  })
})

describe('the manual pages', () => {
  it('are those that package.json names, for npm to install', () => {
    expect(packageJson.man).toEqual(Object.keys(pages).map((file) => `dist/man/${file}`))
  })

  it('list each command in the page of the program', () => {
    expect(pages['ctdbts.1']).toContain('\n.TP\n\\fBshake NODE\\fR\nShake a node.\n')
    expect(pages['ctdbts.1']).toContain('\n.TH "CTDBTS" 1 "2026-11-30" "ctdbts 9.8.7" "Manual of ctdbts"\n')
  })

  it('have a command with its own options in the page of its group, and the others in that of the program', () => {
    const page = pages['ctdbts-nodes.1']
    expect(page).toContain(`.SS "shake NODE"
Shake a node.
.PP
Shakes it with \\fBshaker\\fR.
.TP
\\fBNODE\\fR
Its number.
.TP
\\fB\\-f, \\-\\-hard\\fR
Shake hard.
.TP
\\fB\\-\\-force N\\fR
How hard [default: 3].
.PP
Example:
.RS 4
.EX
ctdbts shake 1
.EE
.RE
`)
    expect(page).not.toContain('json')
    expect(pages['ctdbts.1']).toContain('\n.SS "CTDBTS options"\n.TP\n\\fB\\-\\-json\\fR\nPrint JSON.\n')
    expect(Object.values(pages).join()).not.toContain('debug')
  })

  it('have no empty lines, and ASCII only', () => {
    for (const page of Object.values(pages)) expect(page).toMatch(/^(?:[\x20-\x7e]+\n)+$/)
  })
})

describe('the environment variables', () => {
  /** For CTDB's own tests, for the programs that we start, and what shells set. */
  const OTHERS = [
    'CTDB_EVENT_RUN_ALL',
    'DISPLAY',
    'LOGNAME',
    'PATH',
    'SSH_ASKPASS',
    'SSH_ASKPASS_PROMPT',
    'SSH_ASKPASS_REQUIRE',
    'USER',
  ]

  it('that the program reads are described', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const sources = globSync(['src/**/*.{ts,tsx}', 'bin/*.js'], { cwd: root }).map((path) =>
      readFileSync(`${root}/${path}`, 'utf8'),
    )
    const read = sources.flatMap((source) => [
      ...[...source.matchAll(/\benv\.([A-Z_]+)\b/g)].map(([, name]) => name),
      ...[...source.matchAll(/\{([^{}]*)\}: NodeJS\.ProcessEnv/g)].flatMap(([, names]) => names?.match(/\b[A-Z_]+\b/g) ?? []),
    ])
    const described = Object.keys(ENVIRONMENT).flatMap((names) => names.split(', '))
    expect([...new Set(read)].filter((name) => !described.includes(name!)).toSorted()).toEqual(OTHERS)
  })
})
