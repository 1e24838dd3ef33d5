import { FLAG_NAMES } from '../../../lib/cluster/node.ts'
import type { AddressState, KernelTruth, NodeState } from '../../../lib/watch/cluster-state.ts'
import type { Tone } from '../../../lib/watch/timeline.ts'
import type { TextStyle } from './line.ts'

/** A state as a sign and as a word, which mean the same. */
export interface StateWord {
  readonly sign: string
  readonly word: string
  readonly style: TextStyle
}

/** Whether the owner's kernel has an address. */
const KERNEL_WORDS: Record<KernelTruth, StateWord> = {
  held: { sign: '●', word: 'held', style: 'good' },
  missing: { sign: '✗', word: 'missing', style: 'error' },
  elsewhere: { sign: '✗', word: 'elsewhere', style: 'error' },
  twice: { sign: '‼', word: 'twice', style: 'error' },
  stray: { sign: '‼', word: 'stray', style: 'error' },
  unseen: { sign: '?', word: 'unseen', style: 'quiet' },
  none: { sign: '—', word: 'nobody', style: 'error' },
}

/** The state of an address in the kernels; `on 2` when only the kernel of another node has it. */
export function kernelWord({ kernel, heldBy }: Pick<AddressState, 'kernel' | 'heldBy'>): StateWord {
  const word = KERNEL_WORDS[kernel]
  return kernel === 'elsewhere' && heldBy.length > 0 ? { ...word, word: `on ${heldBy.join(',')}` } : word
}

/** The most important flags first, without INACTIVE, which follows from others. */
const FLAG_WORDS = FLAG_NAMES.filter(({ name }) => name !== 'INACTIVE').map(({ mask, name }) => ({ mask, name }))
/** Set on purpose, by an administrator. */
const ON_PURPOSE: readonly string[] = ['DISABLED', 'STOPPED']

/** The health of a node: `OK`, its most important flag with a + if it has more, its run state until it is RUNNING, that it does not answer, or that nobody sees it, or has looked lately. */
export function healthWord(node: Pick<NodeState, 'flags' | 'runState' | 'answers' | 'isOutdated' | 'isOutOfSight'>): StateWord {
  const { flags, runState, answers, isOutdated, isOutOfSight } = node
  if (isOutOfSight) return { sign: '?', word: 'not seen', style: 'quiet' }
  const [first, ...more] = FLAG_WORDS.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => name)
  if (first !== undefined) {
    const word = more.length > 0 ? `${first}+` : first
    return ON_PURPOSE.includes(first) ? { sign: '!', word, style: 'warning' } : { sign: '✗', word, style: 'error' }
  }
  if (!answers) return { sign: '?', word: 'no answer', style: 'error' }
  if (runState !== undefined && runState !== 'RUNNING') return { sign: '!', word: runState, style: 'warning' }
  return isOutdated ? { sign: '?', word: 'not seen', style: 'quiet' } : { sign: '✓', word: 'OK', style: 'good' }
}

const TONES: Record<Tone, Pick<StateWord, 'sign' | 'style'>> = {
  good: { sign: '✓', style: 'good' },
  plain: { sign: '·', style: 'plain' },
  warning: { sign: '!', style: 'warning' },
  error: { sign: '✗', style: 'error' },
}

/** The sign and the style of a tone, for the text of an entry. */
export const toneSign = (tone: Tone): Pick<StateWord, 'sign' | 'style'> => TONES[tone]

/** `node 2`, `nobody`. */
export const ownerText = (pnn: number | null): string => (pnn === null ? 'nobody' : `node ${pnn}`)
