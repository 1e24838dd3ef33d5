import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generateSshKey } from '../../../src/sim/serve/ssh-keys.ts'
import {
  fingerprint,
  hostKeyNames,
  judgeHostKey,
  keyTypeOf,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../src/transport/ssh/known-hosts.ts'
import { matchesPattern } from '../../../src/transport/ssh/patterns.ts'
import { tempDir } from '../../support/temp-dir.ts'

const newKey = () => {
  const [type = '', base64 = ''] = generateSshKey().publicKey.split(' ')
  return { text: `${type} ${base64}`, blob: Buffer.from(base64, 'base64') }
}
const [key, other] = [newKey(), newKey()]
/** A key of another type; the check compares bytes only. */
const rsaBlob = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa'), Buffer.alloc(8, 1)])
const rsa = { text: `ssh-rsa ${rsaBlob.toString('base64')}`, blob: rsaBlob }

const judge = (text: string, host = 'node1', port = 22, shown = key.blob, alias?: string) =>
  judgeHostKey(parseKnownHosts(text, 'kh'), hostKeyNames(host, port, alias), shown)

describe('a host key', () => {
  it.each([
    { names: 'node1', host: 'node1', port: 22 },
    { names: 'NODE1', host: 'node1', port: 22 },
    { names: 'node1', host: 'Node1', port: 22 },
    { names: 'a,node1,b', host: 'node1', port: 22 },
    { names: 'node*', host: 'node1', port: 22 },
    { names: 'node?', host: 'node1', port: 22 },
    { names: '*', host: 'node1', port: 2222 },
    { names: '[node1]:2222', host: 'node1', port: 2222 },
    { names: '[10.0.0.1]:2222', host: '10.0.0.1', port: 2222 },
    { names: 'fd00::1', host: 'fd00::1', port: 22 },
    { names: 'node1', host: 'node1', port: 2222 },
    { names: 'node*,!node2', host: 'node1', port: 22 },
  ])('is known by an entry for $names (as $host, port $port)', ({ names, host, port }) => {
    expect(judge(`# comment\n\n  ${names} ${key.text} a comment\n`, host, port)).toMatchObject({
      verdict: 'known',
      by: { line: 3 },
    })
  })

  it.each([
    { names: 'node2', host: 'node1', port: 22 },
    { names: '[node1]:2222', host: 'node1', port: 22 },
    { names: '[node1]:2222', host: 'node1', port: 2223 },
    { names: 'node*,!node1', host: 'node1', port: 22 },
    { names: '!node2', host: 'node1', port: 22 },
    { names: 'node1.example.com', host: 'node1', port: 22 },
  ])('is unknown if there is only an entry for $names (as $host, port $port)', ({ names, host, port }) => {
    expect(judge(`${names} ${key.text}\n`, host, port)).toEqual({ verdict: 'unknown' })
  })

  it('is looked up by its alias only', () => {
    expect(judge(`alias ${key.text}`, 'node1', 2222, key.blob, 'Alias').verdict).toBe('known')
    expect(judge(`node1 ${key.text}`, 'node1', 22, key.blob, 'alias').verdict).toBe('unknown')
  })

  it('has changed if only others are known, of any type; one match of several is enough', () => {
    expect(judge(`x ${key.text}\nnode1 ${other.text}`)).toMatchObject({ verdict: 'changed', by: { file: 'kh', line: 2 } })
    expect(judge(`node1 ${rsa.text}`)).toMatchObject({ verdict: 'changed', by: { keyType: 'ssh-rsa' } })
    expect(judge(`node1 ${rsa.text}\nnode1 ${other.text}`)).toMatchObject({ verdict: 'changed', by: { line: 2 } })
    expect(judge(`node1 ${other.text}\nnode1 ${rsa.text}\nnode1 ${key.text}`).verdict).toBe('known')
  })

  it('of a nonstandard port has not changed if only port 22 has another', () => {
    expect(judge(`node1 ${other.text}`, 'node1', 2222).verdict).toBe('unknown')
    // What is said of the usual port counts only where nothing is said of this one.
    expect(judge(`node1 ${key.text}`, 'node1', 2222).verdict).toBe('known')
    expect(judge(`[node1]:2222 ${other.text}\nnode1 ${key.text}`, 'node1', 2222).verdict).toBe('changed')
  })

  it('that is revoked stays revoked, whatever other lines say', () => {
    const lines = [`node1 ${key.text}`, `@revoked * ${key.text}`]
    for (const order of [lines, lines.toReversed()]) expect(judge(order.join('\n')).verdict).toBe('revoked')
    expect(judge(`@revoked node2 ${key.text}\nnode1 ${key.text}`).verdict).toBe('known')
    expect(judge(`@revoked * ${other.text}\nnode1 ${key.text}`).verdict).toBe('known')
    expect(judge(`@revoked * ${other.text}`).verdict).toBe('unknown')
    expect(judge(`@revoked node1 ${key.text}`, 'node1', 2222).verdict).toBe('revoked')
  })

  it('is not vouched for by an authority', () => {
    expect(judge(`@cert-authority *.example.com,node1 ${key.text}`)).toMatchObject({ verdict: 'authority-only', by: { line: 1 } })
    expect(judge(`@cert-authority * ${other.text}\nnode1 ${key.text}`).verdict).toBe('known')
    expect(judge(`@cert-authority * ${other.text}\nnode1 ${other.text}`).verdict).toBe('changed')
  })

  it('is not known by invalid lines', () => {
    const broken = [
      `@unknown node1 ${key.text}`,
      'node1',
      'node1 ssh-ed25519',
      `node1 ssh-rsa ${key.text.split(' ')[1]}`,
      'node1 ssh-ed25519 !!!!',
      'node1 1024 35 1234567',
      `#node1 ${key.text}`,
      '@revoked',
      `|1|broken ${key.text}`,
    ]
    expect(judge(broken.join('\r\n')).verdict).toBe('unknown')
    expect(judge(`${broken.join('\n')}\nnode1\t${key.text}\r\n`).verdict).toBe('known')
  })

  it('that is added is known afterwards, by its name or a hash of it', () => {
    for (const hashed of [false, true]) {
      for (const [host, port] of [
        ['node1', 22],
        ['fd00::1', 2222],
      ] as const) {
        const [name] = hostKeyNames(host, port, undefined)
        const line = knownHostLine(name, key.blob, { hashed })
        expect(line.includes(host)).toBe(!hashed)
        expect(judge(line, host, port).verdict).toBe('known')
        expect(judge(line, 'node2', port).verdict).toBe('unknown')
      }
    }
  })

  it('is requested first if its type is known', () => {
    const known = parseKnownHosts(`node1 ${rsa.text}\n@revoked node1 ${key.text}\nnode2 ${key.text}`, 'kh')
    expect(knownKeyTypes(known, ['node1'])).toEqual(new Set(['ssh-rsa']))
  })

  it('names its type', () => {
    expect(keyTypeOf(key.blob)).toBe('ssh-ed25519')
    for (const bytes of [[], [0, 0, 0], [0, 0, 0, 9, 1], [0xff, 0xff, 0xff, 0xff, 1], [0, 0, 0, 0, 1]]) {
      expect(keyTypeOf(Buffer.from(bytes))).toBeUndefined()
    }
  })
})

it('any text can be read, and does not make an unknown key known', () => {
  const word = fc.constantFrom(
    'node1',
    '*',
    '@revoked',
    '@cert-authority',
    '|1|',
    '|1|AA==|BB==',
    'ssh-ed25519',
    'AAAA',
    '!',
    ',',
    '\n',
    '#',
    '\t',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 20 }), (words) => {
      expect(judge(words.join(' ')).verdict).not.toBe('known')
    }),
  )
})

it('a pattern matches what a regular expression would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, letters, (glob, text) => {
      const regex = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`)
      expect(matchesPattern(glob, text)).toBe(regex.test(text))
    }),
  )
  expect(matchesPattern(`${'*a'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false)
})

const keygen = spawnSync('ssh-keygen', ['--help']).error === undefined
if (!keygen) process.stderr.write('SKIPPED: there is no `ssh-keygen` on this machine\n')

it.runIf(keygen)('ssh-keygen finds, hashes and prints the same', () => {
  using dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  const file = dir.file('known_hosts')
  const run = (...args: string[]) => spawnSync('ssh-keygen', [...args, '-f', file], { encoding: 'utf8' }).stdout
  writeFileSync(
    file,
    knownHostLine('[node1]:2222', key.blob, { hashed: true }) + knownHostLine('node2', other.blob, { hashed: false }),
  )
  expect(run('-F', '[node1]:2222')).toContain(key.text)
  expect(run('-lF', 'node2')).toContain(fingerprint(other.blob))
  run('-H')
  const hashed = readFileSync(file, 'utf8')
  expect(hashed).not.toContain('node2')
  expect(judge(hashed, 'node2', 22, other.blob).verdict).toBe('known')
  expect(judge(hashed, 'node1', 2222).verdict).toBe('known')
})
