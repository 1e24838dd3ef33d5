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
  const wrong = wrongPnn(result.output)
  if (wrong !== undefined) throw bad(source, wrong)
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

/** What is wrong with the PNNs of a snapshot, which must all be in its node map; undefined if nothing is. */
export function wrongPnn({ nodeMap, nodes, leader, askedNode }: Snapshot): string | undefined {
  const pnns = new Set(nodeMap.map(({ pnn }) => pnn))
  const isWrong = (pnn: number | null) => pnn !== null && !pnns.has(pnn)
  const words = (place: string, pnn: number | null) => `${place}: node ${pnn} is not in the node map`
  if (pnns.size !== nodeMap.length) return 'nodeMap: it has the same PNN twice'
  if (isWrong(askedNode)) return words('askedNode', askedNode)
  if (isWrong(leader.pnn)) return words('leader.pnn', leader.pnn)
  for (const [index, { pnn, known = [] }] of nodes.entries()) {
    if (isWrong(pnn)) return words(`nodes[${index}].pnn`, pnn)
    const place = known.findIndex(({ owner }) => isWrong(owner))
    if (place !== -1) return words(`nodes[${index}].known[${place}].owner`, known[place]?.owner ?? null)
  }
  return undefined
}

const pathText = (path: readonly { readonly key: unknown }[]): string =>
  path.reduce((place, { key }) => (typeof key === 'number' ? `${place}[${key}]` : `${place}${place && '.'}${key}`), '') ||
  'document'

const bad = (source: string, reason: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('BAD_SNAPSHOT', `cannot read the snapshot ${source}: ${reason}`, {
    hint: 'take one with `ctdbts snapshot -o FILE`',
    cause,
  })
