import type { Key } from 'ink'
import { describe, expect, it } from 'vitest'
import { pastedText, pressedKeys } from '../../../../src/ui/watch/terminal/key-names.ts'

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
}
const keys = (input: string, changes: Partial<Key> = {}): string[] =>
  pressedKeys(input, { ...NO_KEY, ...changes }).map(({ key }) => key)
const texts = (input: string): boolean[] => pressedKeys(input, NO_KEY).map(({ isText }) => isText)

describe('keys', () => {
  it('have their names from the key table', () => {
    expect(keys('', { upArrow: true })).toEqual(['up'])
    expect(keys('\r', { return: true })).toEqual(['enter'])
    expect(keys('\n')).toEqual(['enter'])
    expect(keys('', { pageDown: true })).toEqual(['pagedown'])
    expect(keys('\t', { tab: true })).toEqual(['tab'])
    expect(keys('', { tab: true, shift: true })).toEqual(['shift+tab'])
    expect(keys('c', { ctrl: true })).toEqual(['ctrl+c'])
    expect(keys('G', { shift: true })).toEqual(['G'])
  })

  it('that arrive together are reported one by one', () => {
    expect(keys('jjk')).toEqual(['j', 'j', 'k'])
    expect(keys('größe')).toEqual(['g', 'r', 'ö', 'ß', 'e'])
  })

  it('right after Escape are not mistaken for others', () => {
    expect(keys('q', { meta: true })).toEqual(['escape', 'q'])
  })

  it('without a name are ignored', () => {
    expect(keys('')).toEqual([])
    expect(keys('', { ctrl: true })).toEqual([])
  })

  it('are text only if they are characters', () => {
    expect(pressedKeys('a', NO_KEY)).toEqual([{ key: 'a', isText: true }])
    expect(pressedKeys('', { ...NO_KEY, home: true })).toEqual([{ key: 'home', isText: false }])
  })
})

describe('pasted text', () => {
  it('is one line without control characters', () => {
    expect(pastedText('10.0.0.1\r\n\tnode2\x1b[31m\x00')).toBe('10.0.0.1 node2[31m')
  })
})

describe('keys in one piece of input', () => {
  it('are told apart, also those that are not characters', () => {
    expect(keys('a\r')).toEqual(['a', 'enter'])
    expect(keys('/node1\r\tq\x04')).toEqual(['/', 'n', 'o', 'd', 'e', '1', 'enter', 'tab', 'q', 'ctrl+d'])
    expect(texts('a\r\x0c')).toEqual([true, false, false])
  })

  it('are Escape and another key when they arrive as Alt with that key', () => {
    expect(keys('j', { meta: true })).toEqual(['escape', 'j'])
    expect(keys('\r', { meta: true, return: true })).toEqual(['escape', 'enter'])
    expect(keys('', { meta: true, tab: true })).toEqual(['escape', 'tab'])
    expect(keys('l', { meta: true, ctrl: true })).toEqual(['escape', 'ctrl+l'])
  })

  it('are Escape twice when it is pressed twice', () => {
    expect(keys('', { escape: true })).toEqual(['escape'])
    expect(keys('', { meta: true, escape: true })).toEqual(['escape', 'escape'])
  })

  it('are the key alone when it is one that is often pressed with Alt', () => {
    expect(keys('', { meta: true, upArrow: true })).toEqual(['up'])
    expect(keys('', { meta: true, backspace: true })).toEqual(['backspace'])
  })
})
