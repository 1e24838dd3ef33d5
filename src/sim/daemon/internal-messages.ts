import { message } from '../../lib/wire/messages.ts'
import { u32 } from '../../lib/wire/primitives.ts'
import { flagChange } from '../../lib/wire/structs.ts'

/**
 * Messages that the programs of a simulated cluster send each other and that clients can neither send nor receive. The srvids are not
 * CTDB's. `recmaster` stands for 2017's way to announce the leader, which clients could not listen to.
 */
export const internalMessages = {
  recmaster: message(0x1n, 'RECMASTER', u32),
  /** The flags of a node have changed; recovery daemons pass that on to all nodes. */
  pushFlags: message(0x2n, 'PUSH_FLAGS', flagChange),
  /** The PNN of a node that gets banning credits. */
  banning: message(0x3n, 'BANNING', u32),
} as const
