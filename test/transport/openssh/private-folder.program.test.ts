import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createPrivateFolder } from '../../../src/transport/openssh/private-folder.ts'
import { tempDir } from '../../support/temp-dir.ts'

it('a private folder is in XDG_RUNTIME_DIR, and only this user can enter it', () => {
  using dir = tempDir()
  const { path, content } = createPrivateFolder({ XDG_RUNTIME_DIR: dir.path }, (folder) => folder.length)
  expect(path.startsWith(join(dir.path, 'ctdbts-'))).toBe(true)
  expect(content).toBe(path.length)
  expect(statSync(path).mode & 0o777).toBe(0o700)
})

it('a folder in which something is of no use is removed, if another one is better', () => {
  using dir = tempDir()
  const tried: string[] = []
  const { path, content } = createPrivateFolder({ XDG_RUNTIME_DIR: dir.path }, (folder) => {
    tried.push(folder)
    writeFileSync(join(folder, 'program'), '')
    return folder.startsWith(dir.path) ? undefined : 'fine'
  })
  expect([tried.length, content, readdirSync(dir.path)]).toEqual([2, 'fine', []])
  expect(path).toBe(tried[1])
  rmSync(path, { recursive: true })
})

it('the first stays where it is of no use anywhere', () => {
  using dir = tempDir()
  const tried: string[] = []
  const { path, content } = createPrivateFolder({ XDG_RUNTIME_DIR: dir.path }, (folder) => {
    tried.push(folder)
    return undefined
  })
  expect(content).toBeUndefined()
  expect(tried.map((folder) => existsSync(folder))).toEqual(tried.map((folder) => folder === path))
})
