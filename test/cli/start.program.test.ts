import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const RUN_JS = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const DEV_JS = fileURLToPath(new URL('../../bin/dev.js', import.meta.url))

describe('the program', () => {
  it('reports in one line that Node is too old, before anything else loads', async () => {
    // The same Node, that claims to be an old one: nothing older can be counted on to be here.
    const pretend = `Object.defineProperties(process, {
      versions: { value: { ...process.versions, node: '20.20.2' } }, version: { value: 'v20.20.2' } })`
    const result = await execa(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, RUN_JS, 'ip'],
      {
        reject: false,
      },
    )
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toMatch(/^ctdbts needs Node\.js 22 or later, but this is v20\.20\.2 .*$/)
  })

  it('keeps its compiled code in the cache folder of the user, and works without one', async () => {
    using dir = tempDir()
    for (const env of [{ XDG_CACHE_HOME: dir.path }, { HOME: '/nonexistent' }, { XDG_CACHE_HOME: '/proc' }]) {
      const { stdout } = await execa(process.execPath, [RUN_JS, '--version'], { env, timeout: 30_000 })
      expect(stdout).toMatch(/^ctdbts\/\d+\.\d+\.\d+ /)
    }
    const { stdout } = await execa('ls', [dir.path])
    expect(stdout).toBe('ctdbts')
  })

  it('runs from its sources too', async () => {
    const { stdout, exitCode } = await execa(process.execPath, [DEV_JS, 'ip', '--socket', '/nowhere', '--json'], {
      reject: false,
    })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NO_SOCKET' } })
    expect(exitCode).toBe(1)
  })
})
