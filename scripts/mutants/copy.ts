import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A copy of a project as it is now, uncommitted changes included. Faults are seeded there, so nothing has to be restored here. */
export function copyOf(root: string): Disposable & { readonly path: string } {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  // Deleted files are listed too, and a link named node_modules, which `node_modules/` in .gitignore does not match.
  const files = list.split('\0').filter((file) => file !== '' && file !== 'node_modules' && existsSync(join(root, file)))
  const path = mkdtempSync(join(tmpdir(), 'ctdbts-mutants-'))
  const copy = { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
  try {
    for (const file of files) cpSync(join(root, file), join(path, file))
    symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  } catch (error) {
    copy[Symbol.dispose]()
    throw error
  }
  return copy
}
