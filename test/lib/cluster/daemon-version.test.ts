import { expect, it } from 'vitest'
import { daemonVersionIn } from '../../../src/lib/cluster/daemon-version.ts'

const versionOf = (...texts: string[]): string | undefined => daemonVersionIn(Buffer.from(`\x7fELF\0${texts.join('\0')}\0`))

it.each(['4.17.12-Debian', '4.25.0pre1-GIT-0123abc', '4.19.0rc4', '4.20.2'])(
  'the version %s is found among other texts',
  (version) => {
    const texts = ['GLIBC_2.2.5', 'Starting CTDBD (Version %s) as PID: %u', '127.0.0.1', '4.17', `in ${version}`]
    expect(versionOf(...texts, version, 'x', version)).toBe(version)
  },
)

it('no version, two versions, or one that goes on are no version', () => {
  expect(versionOf()).toBeUndefined()
  expect(versionOf('GLIBC_2.2.5', 'GCC 12.2.0')).toBeUndefined()
  expect(versionOf('4.17.12-Debian', '1.3.7')).toBeUndefined()
  expect(versionOf('4.17.12-\n')).toBeUndefined()
  expect(daemonVersionIn(Buffer.from('4.17.12'))).toBeUndefined()
})
