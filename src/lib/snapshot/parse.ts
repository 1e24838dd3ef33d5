import * as v from 'valibot'
import { CtdbtsError } from '../errors.ts'
import { snapshotSchema } from './schema.ts'
import { SNAPSHOT_VERSION, type Snapshot } from './snapshot.ts'

/**
 * Reads a snapshot from its JSON text.
 * @param source where the text comes from, for errors.
 * @throws CtdbtsError BAD_SNAPSHOT with the path of the first value that is wrong.
 */
export function parseSnapshot(text: string, source: string): Snapshot {
  const document = parseJson(text, source)
  checkVersion(document, source)
  const result = v.safeParse(snapshotSchema, document, { abortEarly: true })
  if (!result.success) {
    const [issue] = result.issues
    throw bad(source, `${pathText(issue.path ?? [])}: ${issue.message}`)
  }
  checkNodes(result.output, source)
  return result.output
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The parser's message quotes its input, which may be long and contain anything.
    throw bad(source, 'it is not JSON', cause)
  }
}

function checkVersion(document: unknown, source: string): void {
  const version: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, 'formatVersion') : undefined
  if (typeof version !== 'string') throw bad(source, 'it has no formatVersion')
  const major = (text: string) => text.split('.', 1)[0]
  if (major(version) === major(SNAPSHOT_VERSION)) return
  throw bad(
    source,
    `its formatVersion is ${JSON.stringify(version.slice(0, 20))}; this ctdbts reads ${major(SNAPSHOT_VERSION)}.x`,
  )
}

/** All PNNs in a snapshot must be in its node map. */
function checkNodes({ nodeMap, nodes, leader, askedNode }: Snapshot, source: string): void {
  const pnns = new Set(nodeMap.map(({ pnn }) => pnn))
  const check = (place: string, pnn: number | null) => {
    if (pnn !== null && !pnns.has(pnn)) throw bad(source, `${place}: node ${pnn} is not in the node map`)
  }
  if (pnns.size !== nodeMap.length) throw bad(source, 'nodeMap: it has the same PNN twice')
  check('askedNode', askedNode)
  check('leader.pnn', leader.pnn)
  nodes.forEach(({ pnn, known }, index) => {
    check(`nodes[${index}].pnn`, pnn)
    known?.forEach(({ owner }, place) => {
      check(`nodes[${index}].known[${place}].owner`, owner)
    })
  })
}

const pathText = (path: readonly { readonly key: unknown }[]): string =>
  path.reduce((place, { key }) => (typeof key === 'number' ? `${place}[${key}]` : `${place}${place && '.'}${key}`), '') ||
  'document'

const bad = (source: string, reason: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('BAD_SNAPSHOT', `cannot read the snapshot ${source}: ${reason}`, {
    hint: 'take one with `ctdbts snapshot -o FILE`',
    cause,
  })
