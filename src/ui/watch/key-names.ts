import type { Key } from 'ink'

/** Ink's keys that are no characters, by the names that the key table has for them. */
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
  /** As the key table has it: `j`, `enter`, `ctrl+c`. */
  readonly key: string
  /** Whether it is a character that can be typed into a line. */
  readonly isText: boolean
}

const named = (key: string): Pressed => ({ key, isText: false })

/**
 * The keys of one piece of Ink's input: keys that are pressed fast, or sent by a program, may come several at once. One pressed right
 * after Escape comes as Alt with it; as no key here has Alt, it is Escape and that key.
 */
export function pressedKeys(input: string, key: Key): Pressed[] {
  const name = NAMES.find(([flag]) => key[flag])?.[1]
  if (name !== undefined) return [named(name)]
  if (key.tab) return [named(key.shift ? 'shift+tab' : 'tab')]
  if (input === '\n') return [named('enter')]
  if (key.ctrl) return input.length === 1 ? [named(`ctrl+${input}`)] : []
  const characters = [...input].map((char) => ({ key: char, isText: true }))
  return key.meta && characters.length > 0 ? [named('escape'), ...characters] : characters
}

/** Pasted text as one line: line breaks and tabs become blanks, other control characters go. */
export const pastedText = (text: string): string => text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/\p{Cc}/gu, '')
