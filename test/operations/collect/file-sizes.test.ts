import { expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { fileSizes } from '../../../src/operations/collect/file-sizes.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'

const host = (exec: () => Promise<string>) => {
  const result = async () => ({ exitStatus: 1, stdout: Buffer.from(await exec()), stderr: '' })
  return { name: 'test', exec: result } as unknown as HostAccess
}

it('knows the sizes of what is a file, whatever its name, and of nothing else', async () => {
  const stat = ['81a4 696 /db/a.tdb', 'c1ed 0 /db/socket', '41ed 4096 /db', '8180 0 /db/b c 7 d', 'stat: cannot …', ''].join('\n')
  const sizes = await fileSizes(
    host(async () => stat),
    ['/db/a.tdb'],
    1000,
  )
  expect([...sizes]).toEqual([
    ['/db/a.tdb', 696],
    ['/db/b c 7 d', 0],
  ])
})

it('knows nothing where the machine cannot be asked', async () => {
  const refusing = host(async () => {
    throw new CtdbtsError('EXEC_TIMEOUT', 'too slow')
  })
  expect((await fileSizes(refusing, ['/db/a.tdb'], 1000)).size).toBe(0)
})
