import { expect, it } from 'vitest'
import { parseConfig } from '../../../src/transport/ssh/config-text.ts'
import { HostSearch } from '../../../src/transport/ssh/host-search.ts'

it('many identities take time in proportion to their number', () => {
  const count = 150_000
  const lines = parseConfig('IdentityFile a\n'.repeat(count), 'config')
  const query = { host: 'node1', user: undefined, localUser: 'root' }
  const search = new HostSearch(query, { linesOf: () => lines, matching: () => [] }, { home: '/root', onNotice: () => {} })
  search.read({ file: 'config', folder: '/root/.ssh', depth: 0 })
  expect(search.settings.get('identityfile')?.length).toBe(count)
})
