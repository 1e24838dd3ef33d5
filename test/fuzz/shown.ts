import assert from 'node:assert/strict'

/** Control characters but the newline, and what changes the direction or the beginning of a text. */
const HARMFUL = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u

/** @throws when a text that is shown to users has characters that a terminal acts on. */
export function assertHarmless(text: string): void {
  const found = HARMFUL.exec(text.replaceAll('\n', ' '))
  assert.equal(found, null, `harmful character ${JSON.stringify(found?.[0])} in ${JSON.stringify(text.slice(0, 2000))}`)
}

/** What an input is as a text; invalid UTF-8 as Node reads it from a file. */
export const textOf = (input: Uint8Array): string => Buffer.from(input).toString()
