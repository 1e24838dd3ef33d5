import { describe, expect, it } from 'vitest'
import { withoutTimes } from '../../../scripts/pictures/terminal.ts'
import { terminalSvg, textOf } from '../../../scripts/pictures/terminal-svg.ts'

const ESC = '\u001b'

describe('a drawn screen', () => {
  it('has the text of each line', () => {
    const screen = `plain <b> & more\n\n  ${ESC}[1;31mred${ESC}[0m ●  end\n\n`
    expect(textOf(terminalSvg(screen, 'title', 80))).toEqual(['plain <b> & more', '', '  red ●  end'])
  })

  it.each([
    [`${ESC}[31mred`, 'class="t1"'],
    [`${ESC}[1;2;4mmarked`, 'class="tt bold dim underlined"'],
    [`${ESC}[1mbold${ESC}[22mnot`, 'class="tt" x="62.2"'],
    [`${ESC}[90mgrey`, 'class="t8"'],
    [`${ESC}[44mback`, '<rect class="b4"'],
    [`${ESC}[7minverse`, '<rect class="bt"'],
    [`${ESC}[7;36minverse`, '<rect class="b6"'],
    ['漢字x', 'textLength="60.25"'],
  ])('%j: %s', (screen, part) => {
    expect(terminalSvg(screen, 'title', 80)).toContain(part)
  })

  it('has the colours of light and of dark screens', () => {
    const [light, dark] = terminalSvg('', 'title', 80).split('@media (prefers-color-scheme: dark)')
    expect(light).toContain('.b { fill: #ffffff; }')
    expect(dark).toContain('.b { fill: #0d1117; }')
  })

  it.each([`${ESC}[38;5;208morange`, `${ESC}[5mblinks`, `${ESC}]0;title\u0007`])('%j cannot be drawn', (screen) => {
    expect(() => terminalSvg(screen, 'title', 80)).toThrow('cannot draw')
  })
})

it('a screen without times', () => {
  expect(withoutTimes('at 2026-11-30 12:00:01  for 0.4–1.2 s, at most 178 ms\u00a0of 64 checks  \n Timeline  20')).toBe(
    'at TIME TIME for DURATION, DURATION of CHECKS \n Timeline COUNT',
  )
})
