import type { NodeFacts, Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Edit } from '../../lib/takeover/what-if.ts'
import type { AddressState, NodeState, Story } from '../../lib/watch/story.ts'
import { editsOfAction } from './edits.ts'
import { newestStory } from './held.ts'
import type { Asked, Model, Planned } from './model.ts'
import { type Result, result } from './result.ts'

const WORKING: Planned = { state: 'working' }

/** What has still to be asked. */
export const TO_ASK: Asked = { question: 0, planned: WORKING }

/**
 * Asks the planner what is due: the question of the confirmation, else that of the preview, when it was not asked yet, or when the cluster is
 * not what it was then. One at a time, as a newer question makes the planner drop an older one.
 */
export function askWhatIsDue(model: Model): Result {
  const { overlay, preview, story } = model
  if (overlay?.kind === 'confirm') {
    const now = newestStory(model)
    if (!isDue(overlay, now)) return result(model)
    // Nobody shall agree to a plan that is no more.
    const asked = { ...model, overlay: { ...overlay, ...askedOf(model, now), planned: WORKING } }
    return ask({ ...asked, ...(preview && { preview: dropped(preview) }) }, editsOfAction(overlay.action), now)
  }
  // What is imagined is drawn on the map, and is of what that shows.
  if (!preview || !isDue(preview, story)) return result(model)
  return ask({ ...model, preview: { ...preview, ...askedOf(model, story) } }, preview.edits, story)
}

const askedOf = ({ questions }: Model, story: Story) => ({ question: questions + 1, askedOf: story, isAwaited: true })

const ask = (model: Model, edits: readonly Edit[], { snapshot }: Story): Result => {
  const question = model.questions + 1
  return result({ ...model, questions: question }, { kind: 'plan', question, edits, snapshot })
}

/** What is awaited does not come, as another question comes before: it has to be asked again. */
function dropped(preview: NonNullable<Model['preview']>): NonNullable<Model['preview']> {
  if (preview.isAwaited !== true) return preview
  const { askedOf: _, ...others } = preview
  return { ...others, isAwaited: false }
}

const isDue = ({ askedOf, isAwaited }: Asked, story: Story): boolean =>
  isAwaited !== true && (askedOf === undefined || !isSameGround(askedOf, story))

/** Takes in what the planner says; what nobody waits for any more is dropped. */
export function answered(model: Model, question: number, planned: Planned): Model {
  const { overlay, preview } = model
  if (planned.state === 'working') return model
  if (overlay?.kind === 'confirm' && isAnswer(overlay, question)) {
    return { ...model, overlay: { ...overlay, planned, isAwaited: false } }
  }
  if (preview && isAnswer(preview, question)) return { ...model, preview: { ...preview, planned, isAwaited: false } }
  return model
}

const isAnswer = (asked: Asked, question: number): boolean => asked.isAwaited === true && asked.question === question

/** Whether two stories are the same to the planner, as far as they tell: owners, flags, run states, links, the leader, the last look. */
function isSameGround(a: Story, b: Story): boolean {
  if (a === b) return true
  return (
    a.leader === b.leader &&
    isSameLook(a.snapshot, b.snapshot) &&
    areAlike(a.nodes, b.nodes, isSameNode) &&
    areAlike(a.addresses, b.addresses, isSameAddress)
  )
}

/** Whether two looks show the same owners: what was told in between is in the story at once, and in no look before the next. */
const isSameLook = (a: Snapshot | undefined, b: Snapshot | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && areAlike(a.nodes, b.nodes, hasSameOwners))

const hasSameOwners = (a: NodeFacts, b: NodeFacts): boolean =>
  a.pnn === b.pnn &&
  (a.known === undefined) === (b.known === undefined) &&
  areAlike(a.known ?? [], b.known ?? [], (one, other) => one.address === other.address && one.owner === other.owner)

const areAlike = <T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((each, index) => {
      const other = b[index]
      return other !== undefined && (each === other || isSame(each, other))
    }))

const isSameNode = (a: NodeState, b: NodeState): boolean =>
  a.pnn === b.pnn &&
  a.flags === b.flags &&
  a.runState === b.runState &&
  a.answers === b.answers &&
  areAlike(a.links, b.links, (one, other) => one.name === other.name && one.linkUp === other.linkUp)

const isSameAddress = (a: AddressState, b: AddressState): boolean =>
  a.address === b.address && a.owner === b.owner && areAlike(a.knownBy, b.knownBy, Object.is)
