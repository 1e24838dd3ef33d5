import { describe, expect, it } from 'vitest'
import { allCommands, commandLines, faultsOf } from '../../scripts/docs/command-lines.ts'
import { anchorsOf, brokenLinks } from '../../scripts/docs/links.ts'
import { pages, proseOf } from '../../scripts/docs/pages.ts'

/** Made from long texts, or for those who work on the program. */
const WITH_LONG_LINES = ['docs/checks.md', 'docs/known-bugs.md', 'docs/compatibility.md', 'CHANGELOG.md', 'CONTRIBUTING.md']

const all = pages()
const commands = allCommands()

describe.each(all.map((page) => [page.path, page] as const))('%s', (_, page) => {
  it('links to files and headings that exist', () => {
    expect(brokenLinks(page)).toEqual([])
  })

  it('has no line of text that is too long to read in an editor', () => {
    const lines = WITH_LONG_LINES.includes(page.path) ? [] : proseOf(page.text).split('\n')
    expect(lines.filter((line) => line.length > 170 && !line.startsWith('|'))).toEqual([])
  })

  it('names commands and options that exist', () => {
    expect(commandLines(page.text).flatMap((line) => faultsOf(line, commands))).toEqual([])
  })
})

it('the README is short, and begins with the two commands', () => {
  const { text } = all.find(({ path }) => path === 'README.md')!
  expect(text.split('\n').length).toBeLessThanOrEqual(150)
  expect(text.match(/```\w*\n(.*?)```/s)![1]).toBe('npm ci && npm run demo\nnpm ci && npm test\n')
})

it('every page can be reached from the README', () => {
  const links = (path: string) => {
    const { text } = all.find((page) => page.path === path)!
    const targets = [...text.matchAll(/\]\(([^)#\s]+\.md)/g)].map(([, target]) =>
      new URL(target!, `file:///${path}`).pathname.slice(1),
    )
    return targets.filter((target) => all.some((page) => page.path === target))
  }
  const reached = new Set(['README.md'])
  for (const path of reached) for (const target of links(path)) reached.add(target)
  expect(all.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([])
})

describe('links', () => {
  it.each([
    ['[a](missing.md)', ['missing.md']],
    ['[a](library.md)', []],
    ['[a](library.md#no-such-heading)', ['library.md#no-such-heading']],
    ['[a](#here)\n\n## Here', []],
    ['`[a](missing.md)`, [b](https://example.com)', []],
    ['```\n[a](missing.md)\n```', []],
  ])('%j', (text, broken) => {
    expect(brokenLinks({ path: 'docs/page.md', text })).toEqual(broken)
  })

  it('anchors are those of GitHub', () => {
    const text = '# `ctdb`, and [more](x.md)\n## Where it is\n```\n# no heading\n```\n## Where it is'
    expect([...anchorsOf(text)]).toEqual(['ctdb-and-more', 'where-it-is', 'where-it-is-1'])
  })
})

describe('commands', () => {
  it.each([
    ['ctdbts ip --sim | ctdbts nonsense', ['unknown command']],
    ['sudo ctdbts -n 1 ip --nonsense', ['unknown option --nonsense']],
    ['A=b ctdbts verify --format csv  # --nonsense', ['--format does not take csv']],
    ['ctdbts verify --format FORMAT --host node1 -t5', []],
    ['ctdbts history 0=- < log', []],
    ['ctdbts --help', []],
  ])('%s', (line, faults) => {
    expect(faultsOf(line, commands)).toEqual(faults.map((fault) => `${line}: ${fault}`))
  })

  it('are found in blocks and in the text', () => {
    const text = 'Run `ctdbts ip`.\n\n```sh\n$ ctdbts status \\\n  --sim\nctdb ip\n```\n'
    expect(commandLines(text)).toEqual(['ctdbts status    --sim', 'ctdbts ip'])
  })
})
