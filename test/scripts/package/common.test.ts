import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileNames } from '../../../scripts/package/common.ts'

const x64 = { node: 'x64', deb: 'amd64', rpm: 'x86_64' }

describe('the names of packages', () => {
  it('are those that docs/install.md says', () => {
    const page = readFileSync(new URL('../../../docs/install.md', import.meta.url), 'utf8')
    const named = page.match(/ctdbts[-_]VERSION[\w.-]*|SHA256SUMS-[\w]+/g)
    expect(new Set(named)).toEqual(new Set(Object.values(fileNames(x64, 'VERSION'))))
  })

  it('order a release after its candidates', () => {
    expect(fileNames(x64, '1.0.0-rc.1')).toMatchObject({
      npm: 'ctdbts-1.0.0-rc.1.tgz',
      deb: 'ctdbts_1.0.0~rc.1-1_amd64.deb',
      rpm: 'ctdbts-1.0.0~rc.1-1.x86_64.rpm',
    })
  })
})
