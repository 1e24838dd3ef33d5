import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { type Audit, triggersOf, troubleOf, wait } from './claimed.ts'
import { remedy } from './remedied.ts'

/** What came of the predictions or of the advice of an audit. */
export interface Tried {
  /** What was not as it should be. */
  readonly broken: readonly string[]
  /** How many claims came true, or remedies were carried out, by the id of the check. */
  readonly exercised: Readonly<Record<string, number>>
}

/** Checks whose findings no remedy ends in the embedded cluster, and why. */
const LASTING: Readonly<Record<string, string>> = {
  'script-failing': 'the event daemon remembers the last run of each event until the next one, which needs an occasion',
}

/** Whether each outlook comes true, if one waits, and if what it waits for is brought about. */
export function tryOutlooks(seed: number, audit: Audit = auditSamples): Tried {
  const trouble = troubleOf(seed, audit)
  const courses = trouble ? [[], ...triggersOf(trouble)] : []
  // A course changes the cluster.
  const again = (index: number) => (index === 0 ? trouble : troubleOf(seed, audit))
  const exercised: Record<string, number> = {}
  const broken = courses.flatMap((lines, index) => {
    const copy = again(index)
    if (!copy) return []
    return wait(copy, lines, audit).flatMap(({ finding, claim, result }) => {
      if (result === 'came true') exercised[finding.id] = (exercised[finding.id] ?? 0) + 1
      if (result !== 'broken') return []
      return [`${finding.id}: ${finding.message}: ${JSON.stringify(claim)}; done: ${[...copy.faults, '|', ...lines].join('; ')}`]
    })
  })
  return { broken, exercised }
}

/** Whether the remedies do no harm, and end in a clean audit. */
export function tryRemedies(seed: number, audit: Audit = auditSamples): Tried {
  const trouble = troubleOf(seed, audit)
  if (!trouble) return { broken: [], exercised: {} }
  const { faults, left, done, carriedOut } = remedy(trouble, () => troubleOf(seed, audit), audit)
  const remaining = left.filter(({ id }) => LASTING[id] === undefined).map(({ id, message }) => `left: ${id}: ${message}`)
  const story = `faults: ${trouble.faults.join('; ')}; done: ${done.join('; ')}`
  return {
    broken: [...new Set([...faults, ...remaining])].map((text) => `${text}; ${story}`),
    exercised: Object.fromEntries(carriedOut),
  }
}
