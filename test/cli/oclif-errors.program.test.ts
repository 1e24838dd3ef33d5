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

it.each([['getvar'], ['getvar a b'], ['setleaderrole maybe']])(
  'an error in the arguments shows only the usage: %s',
  async (line) => {
    const { stdout, stderr, status } = await ctdbts(line.split(' '))
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(stdout).toMatch(/^Usage: /)
  },
)
