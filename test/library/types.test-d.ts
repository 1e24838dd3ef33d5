// The main inferences, pinned. `npm run types` checks this file; nothing runs it.
import { expectTypeOf } from 'vitest'
import type { ALGORITHMS } from '../../src/lib/allocation/input.ts'
import type { SEVERITIES } from '../../src/lib/audit/finding.ts'
import type { LEVELS } from '../../src/lib/log/level.ts'
import type { ENTRY_KINDS } from '../../src/lib/watch/timeline.ts'
import type {
  Algorithm,
  AuditReport,
  ClusterNode,
  EntryKind,
  ErrorCode,
  openCluster,
  Pnn,
  Severity,
  Snapshot,
  WhatIfPlan,
} from '../../src/library/index.ts'
import { type EmbeddedCluster, type Level, startCluster } from '../../src/library/sim.ts'
import { type CtdbClient, controls, messages, type SocketAddress, type ValueOf } from '../../src/library/wire.ts'

declare const client: CtdbClient

// A control takes and gives what its record declares.
expectTypeOf(client.control(controls.getNodeMap)).resolves.toEqualTypeOf<readonly ClusterNode[]>()
expectTypeOf(client.control(controls.getPnn)).resolves.toEqualTypeOf<number>()
expectTypeOf(client.control(controls.getPublicIpInfo, { data: {} as SocketAddress })).resolves.toHaveProperty('interfaces')
// @ts-expect-error It wants an address.
void client.control(controls.getPublicIpInfo, { data: 'an address' })
// @ts-expect-error It takes no data.
void client.control(controls.getNodeMap, { data: 1 })

// A message too; and so does whoever subscribes to it.
client.send(messages.leader, 0, 3)
// @ts-expect-error The leader is announced by its PNN.
client.send(messages.leader, 0, '3')
expectTypeOf<ValueOf<typeof messages.takeoverRun.data>>().toHaveProperty('replySrvid').toEqualTypeOf<bigint>()

// A session gives the documents that the commands print as JSON.
declare const session: Awaited<ReturnType<typeof openCluster>>
expectTypeOf(session.snapshot()).resolves.toEqualTypeOf<Snapshot>()
expectTypeOf(session.audit()).resolves.toEqualTypeOf<AuditReport>()
expectTypeOf(session.plan()).resolves.toEqualTypeOf<WhatIfPlan>()
expectTypeOf(session.takeoverRun()).resolves.toEqualTypeOf<Pnn>()
expectTypeOf(startCluster()).resolves.toEqualTypeOf<EmbeddedCluster>()

// Codes are known by name.
expectTypeOf<'TIMEOUT'>().toExtend<ErrorCode>()
expectTypeOf<'NO_SUCH_CODE'>().not.toExtend<ErrorCode>()

// The lists of names have all names.
expectTypeOf<(typeof ALGORITHMS)[number]>().toEqualTypeOf<Algorithm>()
expectTypeOf<(typeof SEVERITIES)[number]>().toEqualTypeOf<Severity>()
expectTypeOf<(typeof ENTRY_KINDS)[number]>().toEqualTypeOf<EntryKind>()
expectTypeOf<(typeof LEVELS)[number]>().toEqualTypeOf<Level>()
