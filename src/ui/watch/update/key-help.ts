import type { Model } from '../model/model.ts'
import { contextOf, KEY_GROUPS, type KeyBinding } from './key-binding.ts'
import { isBoundIn, KEY_BINDINGS } from './keys.ts'

const KEY_NAMES: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  tab: 'Tab',
  'shift+tab': 'Shift-Tab',
  enter: 'Enter',
  escape: 'Esc',
  backspace: 'Backspace',
  delete: 'Del',
}

/** A key as people write it: `Ctrl-C`, `PgUp`, `G`. */
const keyText = (key: string): string =>
  KEY_NAMES[key] ?? (key.startsWith('ctrl+') ? `Ctrl-${key.slice('ctrl+'.length).toUpperCase()}` : key)

const isAvailable = (model: Model, binding: KeyBinding): boolean => binding.isAvailable?.(model) ?? true

/** The help: all keys that the model has, in groups. */
export const keyHelp = (
  model: Model,
): readonly { readonly title: string; readonly lines: readonly { readonly keys: string; readonly does: string }[] }[] =>
  KEY_GROUPS.map((title) => ({
    title,
    lines: KEY_BINDINGS.filter((binding) => binding.group === title && isAvailable(model, binding)).map(({ keys, label }) => ({
      keys: keys.map(keyText).join(' '),
      does: typeof label === 'string' ? label : label(model),
    })),
  })).filter(({ lines }) => lines.length > 0)

/** The most useful keys of the current context, the most useful first. */
export const hints = (model: Model): readonly { readonly key: string; readonly does: string }[] => {
  const context = contextOf(model)
  return KEY_BINDINGS.filter((binding) => isBoundIn(context, binding) && isAvailable(model, binding))
    .toSorted((a, b) => (a.hint?.rank ?? 0) - (b.hint?.rank ?? 0))
    .flatMap(({ keys: [key = ''], hint }) => {
      const does = typeof hint?.word === 'function' ? hint.word(model) : hint?.word
      return does === undefined ? [] : [{ key: keyText(key), does }]
    })
}
