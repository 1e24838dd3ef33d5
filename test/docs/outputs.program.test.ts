import { describe, expect, it } from 'vitest'
import { withRenewedOutputs } from '../../scripts/docs/outputs.ts'
import { pages } from '../../scripts/docs/pages.ts'

const withOutputs = pages().filter(({ text }) => text.includes('```console\n'))

describe('what the docs show is what a run prints', () => {
  it.concurrent.each(withOutputs.map(({ path, text }) => [path, text]))('%s', async (_, text) => {
    expect(await withRenewedOutputs(text), 'renew with `npm run examples`').toBe(text)
  })
})

it('a changed output, a status and a new time', async () => {
  const block = (output: string) =>
    `\`\`\`console\n$ date -u +%F\\ %T\n2020-01-01 00:00:00\n$ (exit 3)\n$ echo $?\n${output}\`\`\`\n`
  expect(await withRenewedOutputs(block('2\n'))).toBe(block('3\n'))
})
