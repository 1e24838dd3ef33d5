import { chmodSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sign } from '../../../scripts/release/sign.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** With a key that lives as long as the test. Its home is short, as its socket has to fit. */
describe('the checksums of a release', () => {
  const home = tempDir()
  const sums = home.file('SHA256SUMS-x64')
  const gpg = (...words: string[]) => execa('gpg', ['--batch', ...words], { reject: false })

  beforeAll(async () => {
    chmodSync(home.path, 0o700)
    vi.stubEnv('GNUPGHOME', home.path)
    writeFileSync(sums, `${'0'.repeat(64)}  ctdbts-1.0.0.tgz\n`)
    await execa('gpg', [
      ...['--batch', '--passphrase', '', '--quick-generate-key', 'Release <release@example.com>', 'ed25519', 'sign', 'never'],
    ])
  })
  afterAll(async () => {
    await execa('gpgconf', ['--kill', 'all'], { reject: false })
    vi.unstubAllEnvs()
    home[Symbol.dispose]()
  })

  it('are signed with the key that is named, and verified as docs/install.md says', async () => {
    const signature = sign(sums, 'release@example.com')
    expect(signature).toBe(`${sums}.asc`)
    const { exitCode, stderr } = await gpg('--verify', signature, sums)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Good signature from "Release') })
  })

  it('are not good when they were changed', async () => {
    const signature = sign(sums, undefined)
    writeFileSync(sums, `${'1'.repeat(64)}  ctdbts-1.0.0.tgz\n`)
    const { exitCode, stderr } = await gpg('--verify', signature, sums)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('BAD signature') })
  })

  it('are not signed with a key that is not there', () => {
    expect(() => sign(sums, 'nobody@example.com')).toThrow('Command failed: gpg')
  })
})
