import type { Model, ReplayMove } from '../model/model.ts'
import { openTime } from './input-line.ts'
import type { KeyBinding } from './key-binding.ts'
import { result } from './result.ts'

const isAvailable = ({ replay }: Model): boolean => replay !== undefined

const moveKey = (key: string, label: string, move: ReplayMove, hint?: KeyBinding['hint']): KeyBinding => ({
  keys: [key],
  group: 'Time',
  label,
  isAvailable,
  ...(hint && { hint }),
  run: (model) => result(model, { kind: 'replay', move }),
})

/** The keys that go to another moment of a recording. */
export const TIME_KEYS: readonly KeyBinding[] = [
  moveKey(']', 'Go to the next event', { kind: 'event', by: 1 }, { rank: 5, word: 'next event' }),
  moveKey('[', 'Go to the previous event', { kind: 'event', by: -1 }),
  moveKey('.', 'Go to the next look at the cluster', { kind: 'look', by: 1 }),
  moveKey(',', 'Go to the previous look', { kind: 'look', by: -1 }),
  moveKey('<', 'Go to the beginning of the recording', { kind: 'first' }),
  moveKey('>', 'Go to its end', { kind: 'last' }),
  {
    keys: ['@'],
    group: 'Time',
    label: 'Go to a time: 18:53, 2026-11-28 18:53:30, 5 min ago …',
    isAvailable,
    hint: { rank: 6, word: 'time' },
    run: (model) => result(openTime(model)),
  },
]
