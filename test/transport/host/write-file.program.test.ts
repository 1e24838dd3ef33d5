import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeFileOn } from '../../../src/transport/host/write-file.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { machine, SHELLS } from '../../support/node-shells.ts'
import { tempDir } from '../../support/temp-dir.ts'

const LIMITS = { timeoutMs: 20_000 }

describe.each(SHELLS)('a file is written on a machine, by %s', (...shell) => {
  const access = machine(shell)

  it('with any text, in place of the old one', async () => {
    using dir = tempDir()
    const base = dir.file("it's $(a) folder")
    mkdirSync(base)
    const text = `'"$(touch pwned)\\0\`%s\n\n -n é\n\n`
    writeFileSync(join(base, 'home_nodes'), 'old')
    expect(await writeFileOn(access, 'home_nodes', text, { ...LIMITS, base })).toBe(join(base, 'home_nodes'))
    expect(readFileSync(join(base, 'home_nodes'), 'utf8')).toBe(text)
    expect(readdirSync(base)).toEqual(['home_nodes'])
  })

  it('behind a link, which stays', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('shared'), 'old')
    symlinkSync(dir.file('shared'), dir.file('home_nodes'))
    await writeFileOn(access, 'home_nodes', 'new', { ...LIMITS, base: dir.path })
    expect(lstatSync(dir.file('home_nodes')).isSymbolicLink()).toBe(true)
    expect(readFileSync(dir.file('shared'), 'utf8')).toBe('new')
  })

  it('or nothing is left of it, and the error says why', async () => {
    using dir = tempDir()
    mkdirSync(dir.file('folder'))
    for (const [base, name, why] of [
      [dir.file('absent'), 'home_nodes', 'absent/home_nodes.ctdbts-new'],
      [dir.path, 'folder', 'folder is a folder'],
    ] as const) {
      const failure = writeFileOn(access, name, 'new', { ...LIMITS, base })
      await expect(failure).rejects.toThrow(why)
    }
    expect(readdirSync(dir.path, { recursive: true })).toEqual(['folder'])
  })
})

it('a file that is too long for a command is refused before', async () => {
  using dir = tempDir()
  const failure = writeFileOn(localHost(), 'home_nodes', 'x'.repeat(120_001), { ...LIMITS, base: dir.path })
  await expect(failure).rejects.toMatchObject({ code: 'FILE_TOO_LONG' })
  expect(readdirSync(dir.path)).toEqual([])
})
