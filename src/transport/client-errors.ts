import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import { placeOf } from './place.ts'

/** A node by its PNN, or the one we are connected to, as long as we do not know its PNN. */
export type Destination = number | 'local'

const destinationText = (to: Destination): string => (to === 'local' ? 'the local node' : `node ${to}`)

/** The connection is over; everything that was under way on it ends with this. */
export class ClosedError extends CtdbtsError {
  override readonly name = 'ClosedError'

  static byUs(peer: string): ClosedError {
    return new ClosedError('CLOSED', `the connection to ${peer} was closed`)
  }

  /** @param bufferedBytes bytes of a packet that never became whole. */
  static byPeer(peer: string, bufferedBytes: number): ClosedError {
    const where = bufferedBytes > 0 ? ` in the middle of a packet (after ${bufferedBytes} bytes of it)` : ''
    return new ClosedError('DISCONNECTED', `the daemon ${placeOf(peer)} closed the connection${where}`, {
      hint: 'ctdbd has stopped or crashed: see its log, and `systemctl status ctdb`',
    })
  }

  static broken(peer: string, cause: unknown): ClosedError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ClosedError('DISCONNECTED', `the connection to ${peer} broke: ${reason}`, {
      hint: 'ctdbd has stopped or crashed: see its log, and `systemctl status ctdb`',
      cause,
    })
  }

  static notCtdb(peer: string, cause: unknown): ClosedError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ClosedError('NOT_CTDB', `what answers ${placeOf(peer)} does not speak CTDB's protocol: ${reason}`, {
      hint: 'name the socket of ctdbd itself with --socket or CTDB_SOCKET',
      cause,
    })
  }
}

/** ETIMEDOUT. */
const TIMED_OUT = 110

/** A node did not answer a control in time. Exit status 110 (ETIMEDOUT), as the real tool has it. */
export class NoAnswerError extends CtdbtsError {
  override readonly name = 'NoAnswerError'
  readonly destination: Destination

  constructor(control: string, destination: Destination, timeoutMs: number) {
    super('TIMEOUT', `no answer to ${control} from ${destinationText(destination)} within ${timeoutMs / 1000} s`, {
      hint: 'the node may be hung or overloaded; a longer limit is given with -t SECONDS',
      exitStatus: EXIT_STATUS.timedOut,
      ctdbText: { stderr: [`Control ${control} failed to node ${destination}, ret=${TIMED_OUT}`] },
    })
    this.destination = destination
  }
}

/** A node answered that it will not or cannot. `status` is the number it answered with. */
export class ControlFailedError extends CtdbtsError {
  override readonly name = 'ControlFailedError'
  readonly destination: Destination
  readonly status: number

  constructor(control: string, destination: Destination, status: number, errorText: string) {
    const reason = errorText === '' ? '' : `: ${errorText}`
    super('CONTROL_FAILED', `${control} failed on ${destinationText(destination)} with status ${status}${reason}`, {
      // The real tool exits with what a control returned; only -1 becomes 1.
      exitStatus: status === -1 ? EXIT_STATUS.failure : status & 0xff,
      ctdbText: { stderr: [`Control ${control} failed, ret=${status}`] },
    })
    this.destination = destination
    this.status = status
  }
}
