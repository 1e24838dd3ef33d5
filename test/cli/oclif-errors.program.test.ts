import { expect, it } from 'vitest'
import { ctdbts } from '../support/program.ts'

it.each([
  [['reloadips', '--yes', '--compat'], 'reloadips: --yes and --compat exclude each other'],
  [['ping', '--via', 'x'], 'ping: Expected --via=x to be one of: entry, direct'],
  [['takeover-run', '--algorithm', 'x'], 'takeover-run: Expected --algorithm=x to be one of:'],
])('an error in our own options is reported in our words: %j', async (argv, said) => {
  const { stdout, stderr, status } = await ctdbts(argv)
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
  expect(stderr).toContain(`ctdbts: ${said}`)
  expect(stderr).toContain(`\n  see \`ctdbts ${argv[0]} --help\`\n`)
  expect(stderr).not.toContain('See more')
})

it.each([
  [['ip', '--sim-nodes', 'abc'], '--sim-nodes takes a whole number, not "abc"'],
  [['ip', '--connect-timeout', '0'], '--connect-timeout takes a number of seconds, not "0"'],
  [['catdb', '--limit', '-1', 'x'], '--limit takes a whole number, not "-1"'],
  [['sim', '--nodes', '1.5'], '--nodes takes a whole number, not "1.5"'],
  [['record', '--keep', '0'], '--keep takes a whole number of at least 1, not "0"'],
  [['history', '--explain', 'x'], '--explain takes a whole number, not "x"'],
])('a wrong value is reported without the words of the parser: %j', async (argv, message) => {
  const { stdout } = await ctdbts([...argv, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', message, hint: `see \`ctdbts ${argv[0]} --help\`` } })
})

it.each([['getvar'], ['getvar a b'], ['setleaderrole maybe']])(
  'an error in the arguments shows only the usage: %s',
  async (line) => {
    const { stdout, stderr, status } = await ctdbts(line.split(' '))
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(stdout).toMatch(/^Usage: /)
  },
)
