import type { Key } from 'ink'
import { describe, expect, it } from 'vitest'
import { pressedKeys } from '../../../src/ui/watch/key-names.ts'

const keys = (input: string, key: Partial<Key> = {}): string[] => pressedKeys(input, key as Key).map((pressed) => pressed.key)
const texts = (input: string): boolean[] => pressedKeys(input, {} as Key).map(({ isText }) => isText)

describe('keys that come in one piece', () => {
  it('are told apart, those that are no characters too', () => {
    expect(keys('a\r')).toEqual(['a', 'enter'])
    expect(keys('/node1\r\tq\x04')).toEqual(['/', 'n', 'o', 'd', 'e', '1', 'enter', 'tab', 'q', 'ctrl+d'])
    expect(texts('a\r\x0c')).toEqual([true, false, false])
  })

  it('are Escape and another key, when they come as Alt with it', () => {
    expect(keys('j', { meta: true })).toEqual(['escape', 'j'])
    expect(keys('\r', { meta: true, return: true })).toEqual(['escape', 'enter'])
    expect(keys('', { meta: true, tab: true })).toEqual(['escape', 'tab'])
    expect(keys('l', { meta: true, ctrl: true })).toEqual(['escape', 'ctrl+l'])
  })

  it('are Escape alone, and an arrow alone, whatever is held with it', () => {
    expect(keys('', { meta: true, escape: true })).toEqual(['escape'])
    expect(keys('', { meta: true, upArrow: true })).toEqual(['up'])
  })
})
