import type { DatabaseRecord } from '../../lib/cluster/record.ts'
import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { decode } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import { message } from '../../lib/wire/messages.ts'
import { RECORD_HEADER_BYTES, type RecordData, recordData, recordHeader } from '../../lib/wire/record-structs.ts'
import { nextReplySrvid } from '../../transport/client/reply-srvid.ts'
import { ask, type TargetNode } from '../target-node.ts'
import { inWords } from './control-words.ts'
import type { OpenFile } from './open-file.ts'

/** How far the daemon may be ahead of what reads the records. */
const MAX_QUEUED_BYTES = 1 << 20

/**
 * The records of a database in the whole cluster, as they arrive, those that arrived together in one list; those without a value are deleted
 * ones and left out. Only the signal limits the time. Leaving the loop ends the traverse.
 * @throws CtdbtsError NOT_TRAVERSED; ClosedError; the signal's reason.
 */
export async function* traverse(
  node: TargetNode,
  databaseId: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly DatabaseRecord[], void> {
  const srvid = nextReplySrvid()
  const records = await node.client.subscribe(message(srvid, 'record', recordData), {
    maxQueuedBytes: MAX_QUEUED_BYTES,
    whenFull: 'wait',
    signal,
  })
  try {
    await ask(node, controls.traverseStart, { databaseId, requestId: 0, srvid, withEmptyRecords: 0 }).catch(
      inWords('NOT_TRAVERSED', { silent: 'traverse: control failed', refused: 'traverse: control reply failed' }),
    )
    for (;;) {
      let received = await records.next()
      if (!received) return
      const list: DatabaseRecord[] = []
      for (; received && !isEnd(received.data); received = records.take()) {
        const record = recordOf(received.data)
        if (record) list.push(record)
      }
      yield list
      // The end has come.
      if (received) return
    }
  } finally {
    records.close()
  }
}

const isEnd = ({ key, data }: RecordData): boolean => key.length === 0 && data.length === 0

/** Undefined for a deleted record, and for one that is too short for a header. */
const recordOf = ({ key, data }: RecordData): DatabaseRecord | undefined =>
  data.length <= RECORD_HEADER_BYTES ? undefined : storedRecord(key, data)

/**
 * The records in the file of the local node, in its order, in lists of one: deleted ones that are not yet removed, and copies, among them.
 * @throws CtdbtsError NOT_TRAVERSED at a record that is too short for a header, or when the file cannot be read further.
 */
export async function* traverseFile({ file }: OpenFile): AsyncGenerator<readonly DatabaseRecord[], void> {
  const records = file.traverse()
  for (;;) {
    const { value } = await records.next().catch(unreadable)
    if (!value) return
    if (value.data.length < RECORD_HEADER_BYTES) {
      const problem = `a record of ${value.data.length} bytes is too short for a header`
      throw new CtdbtsError('NOT_TRAVERSED', problem, { exitStatus: ERRNO.EMSGSIZE, ctdbText: { stderr: [] } })
    }
    yield [storedRecord(value.key, value.data)]
  }
}

/** A record as it is stored: a header in front of its value. @throws DecodeError when it is too short. */
export function storedRecord(key: Uint8Array, data: Uint8Array): DatabaseRecord {
  const { rsn, dmaster, flags } = decode(recordHeader, data)
  return { key, rsn, dmaster, flags, value: data.subarray(RECORD_HEADER_BYTES) }
}

function unreadable(error: unknown): never {
  if (!(error instanceof CtdbtsError) || error.code !== 'TDB_FAILED') throw error
  throw error.with({ exitStatus: ERRNO.EIO, ctdbText: error.ctdbText ?? { stderr: [] } })
}
