import { expect, it, onTestFinished } from 'vitest'
import { openTdb } from '../../../src/transport/local/tdb/tdb-file.ts'
import { createTdbs, hasTdb } from '../../support/tdb.ts'
import { tempDir } from '../../support/temp-dir.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

it.skipIf(!hasTdb())('a helper works on two files in turn, until the first is closed', async () => {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  const [one, two] = [dir.file('one.tdb'), dir.file('two.tdb')]
  createTdbs({ openFlags: 0 }, one, two)
  const first = await openTdb({ path: one, openFlags: 0 })
  onTestFinished(first.close)
  await expect(openTdb({ path: dir.file('absent.tdb'), openFlags: 0, beside: first })).rejects.toMatchObject({ code: 'TDB_OPEN' })
  const second = await openTdb({ path: two, openFlags: 0, beside: first })
  await first.store(bytes('key'), bytes('of one'))
  await second.store(bytes('key'), bytes('of two'))
  expect(await first.fetch(bytes('key'))).toEqual(bytes('of one'))
  expect(await second.fetch(bytes('key'))).toEqual(bytes('of two'))
  second.close()
  expect(await first.fetch(bytes('other'))).toBeUndefined()
  first.close()
  await expect(second.fetch(bytes('key'))).rejects.toMatchObject({ code: 'TDB_FAILED' })
  const again = await openTdb({ path: two, openFlags: 0 })
  expect(await again.fetch(bytes('key'))).toEqual(bytes('of two'))
  again.close()
})
