import type { Key } from 'ink'

/** Ink's keys that are not characters, with their names in the key table. */
const NAMES: readonly (readonly [key: keyof Key, name: string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
]

/** A key that was pressed. */
export interface Pressed {
  /** Its name in the key table: `j`, `enter`, `ctrl+c`. */
  readonly key: string
  /** Whether it is a character that can be typed into a line. */
  readonly isText: boolean
}

const named = (key: string): Pressed => ({ key, isText: false })

/**
 * The keys in one piece of Ink's input: keys that are pressed fast, or sent by a program, can arrive together. A key right after Escape
 * arrives as that key with Alt. As no binding uses Alt, it is read as Escape and that key.
 */
export function pressedKeys(input: string, key: Key): Pressed[] {
  const name = NAMES.find(([flag]) => key[flag])?.[1]
  if (name !== undefined && !AFTER_ESCAPE.includes(name)) return [named(name)]
  const keys = name === undefined ? keysOf(input, key) : [named(name)]
  return key.meta && keys.length > 0 ? [named('escape'), ...keys] : keys
}

/** Keys that nobody presses with Alt. Other named keys (arrows, Backspace) with Alt count as the key alone. */
const AFTER_ESCAPE = ['enter', 'escape']

function keysOf(input: string, key: Key): Pressed[] {
  if (key.tab) return [named(key.shift ? 'shift+tab' : 'tab')]
  if (key.ctrl) return input.length === 1 ? [named(`ctrl+${input}`)] : []
  return Array.from(input, (char) => controlKey(char) ?? { key: char, isText: true })
}

/** Ink does not recognize a control character among other characters. */
function controlKey(char: string): Pressed | undefined {
  if (char === '\r' || char === '\n') return named('enter')
  if (char === '\t') return named('tab')
  return char > '\0' && char < '\x1b' ? named(`ctrl+${String.fromCharCode(char.charCodeAt(0) + LETTERS_FROM)}`) : undefined
}

/** From a control character to its letter: Ctrl-A is 1, `a` is 97. */
const LETTERS_FROM = 96

/** Pasted text as one line: line breaks and tabs become spaces, other control characters are removed. */
export const pastedText = (text: string): string => text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/\p{Cc}/gu, '')
