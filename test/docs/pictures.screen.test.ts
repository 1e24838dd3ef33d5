import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.ts'
import { historyPage, TERMINAL_PICTURES, terminalPicture } from '../../scripts/pictures/pictures.ts'
import { withoutTimes } from '../../scripts/pictures/terminal.ts'
import { textOf } from '../../scripts/pictures/terminal-svg.ts'
import { hasTmux } from '../support/terminal.ts'

const drawn = (name: string) => readFileSync(join(ROOT, `docs/pictures/${name}.svg`), 'utf8')

/** How long an address was away, and why, depends on what was seen at which moment. */
const comparable = (line: string) => withoutTimes(line).replace(/ \((?:away|because) .*/, '')

describe.runIf(hasTmux)('each line of the pictures is shown in a run', () => {
  it.concurrent.each(TERMINAL_PICTURES.map((picture) => [picture.name, picture] as const))('%s', async (name, picture) => {
    const missing = new Set(textOf(drawn(name)).map(comparable))
    // What comes first may differ, so a line may have been shown, and not be there in the end.
    let last = ''
    await terminalPicture(picture, (screen) => {
      last = screen
      for (const line of screen.split('\n')) missing.delete(comparable(line))
      return missing.size === 0
    }).catch((error: Error) => {
      last ||= error.message
    })
    expect([...missing], `renew with \`npm run pictures\`; the last screen was:\n${last}`).toEqual([])
  })
})

it('the picture of the page of `history` is that of a run', () => {
  expect(historyPage(), 'renew with `npm run pictures`').toBe(drawn('history-page'))
})
