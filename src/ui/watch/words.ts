import { FLAG_NAMES } from '../../lib/cluster/node.ts'
import type { AddressState, KernelTruth, NodeState } from '../../lib/watch/story.ts'
import type { Tone } from '../../lib/watch/timeline.ts'
import type { Mood } from './line.ts'

/** A state as a sign and a word, which say the same. */
export interface Word {
  readonly sign: string
  readonly word: string
  readonly mood: Mood
}

/** What an owner's kernel has of an address. */
const TRUTHS: Record<KernelTruth, Word> = {
  held: { sign: '●', word: 'held', mood: 'good' },
  missing: { sign: '✗', word: 'missing', mood: 'error' },
  elsewhere: { sign: '✗', word: 'elsewhere', mood: 'error' },
  twice: { sign: '‼', word: 'twice', mood: 'error' },
  stray: { sign: '‼', word: 'stray', mood: 'error' },
  unseen: { sign: '?', word: 'unseen', mood: 'quiet' },
  none: { sign: '—', word: 'nobody', mood: 'error' },
}

/** The state of an address in its kernels; where it is elsewhere, on which node. */
export function truthWord({ kernel, heldBy }: Pick<AddressState, 'kernel' | 'heldBy'>): Word {
  const word = TRUTHS[kernel]
  return kernel === 'elsewhere' && heldBy.length > 0 ? { ...word, word: `on ${heldBy.join(',')}` } : word
}

/** Flags that say more than others come first; INACTIVE follows from them. */
const FLAG_WORDS = FLAG_NAMES.filter(({ name }) => name !== 'INACTIVE').map(({ mask, name }) => ({ mask, name }))
/** Set on purpose, by an administrator. */
const ON_PURPOSE: readonly string[] = ['DISABLED', 'STOPPED']

/** How a node is: `OK`, its gravest flag with a + if it has more than one, its run state until it is RUNNING, or that it does not answer. */
export function healthWord({ flags, runState, answers }: Pick<NodeState, 'flags' | 'runState' | 'answers'>): Word {
  const [first, ...more] = FLAG_WORDS.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => name)
  if (first !== undefined) {
    const word = more.length > 0 ? `${first}+` : first
    return ON_PURPOSE.includes(first) ? { sign: '!', word, mood: 'warning' } : { sign: '✗', word, mood: 'error' }
  }
  if (!answers) return { sign: '?', word: 'no answer', mood: 'error' }
  if (runState !== undefined && runState !== 'RUNNING') return { sign: '!', word: runState, mood: 'warning' }
  return { sign: '✓', word: 'OK', mood: 'good' }
}

const TONES: Record<Tone, Pick<Word, 'sign' | 'mood'>> = {
  good: { sign: '✓', mood: 'good' },
  plain: { sign: '·', mood: 'plain' },
  warning: { sign: '!', mood: 'warning' },
  error: { sign: '✗', mood: 'error' },
}

/** How good or bad the news is, before the words that say it. */
export const toneSign = (tone: Tone): Pick<Word, 'sign' | 'mood'> => TONES[tone]

/** `node 2`, `nobody`. */
export const ownerText = (pnn: number | null): string => (pnn === null ? 'nobody' : `node ${pnn}`)
