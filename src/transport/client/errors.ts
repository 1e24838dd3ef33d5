import { ERRNO } from '../../lib/errno.ts'
import type { ErrorCode } from '../../lib/error-codes.ts'
import { CtdbtsError, type ErrorDetails, EXIT_STATUS } from '../../lib/errors.ts'
import { locationOf } from '../host-access.ts'

/**
 * A node by its PNN; `local` for the node that we are connected to while its PNN is not known.
 * @inline
 */
export type Destination = number | 'local'

const destinationText = (to: Destination): string => (to === 'local' ? 'the local node' : `node ${to}`)

/** The connection has ended; everything in progress on it fails with this. */
export class ClosedError extends CtdbtsError {
  override readonly name = 'ClosedError'

  /** @internal */
  private constructor(code: ErrorCode, message: string, details?: ErrorDetails) {
    super(code, message, details)
  }

  /** @internal */
  static byUs(peer: string): ClosedError {
    return new ClosedError('CLOSED', `the connection to ${peer} was closed`)
  }

  /**
   * @param bufferedBytes number of bytes of an incomplete packet.
   * @internal
   */
  static byPeer(peer: string, bufferedBytes: number): ClosedError {
    const where = bufferedBytes > 0 ? ` in the middle of a packet (after ${bufferedBytes} bytes of it)` : ''
    return new ClosedError('DISCONNECTED', `the daemon ${locationOf(peer)} closed the connection${where}`, {
      hint: 'ctdbd has stopped or crashed: check its log, and `systemctl status ctdb`',
    })
  }

  /** @internal */
  static broken(peer: string, cause: unknown): ClosedError {
    // What led to the daemon has ended, and says so; the daemon may be well.
    if (cause instanceof CtdbtsError) {
      const { message, hint, exitStatus } = cause
      return new ClosedError('DISCONNECTED', message, { hint, exitStatus, cause })
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ClosedError('DISCONNECTED', `the connection to ${peer} broke: ${reason}`, {
      hint: 'ctdbd has stopped or crashed: check its log, and `systemctl status ctdb`',
      cause,
    })
  }

  /** @internal */
  static notCtdb(peer: string, cause: unknown): ClosedError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ClosedError('NOT_CTDB', `the peer ${locationOf(peer)} does not speak CTDB's protocol: ${reason}`, {
      hint: 'name the socket of ctdbd itself with --socket or CTDB_SOCKET',
      cause,
    })
  }
}

/** A node did not answer a control in time. Exit status 110 (ETIMEDOUT), as in ctdb. */
export class NoAnswerError extends CtdbtsError {
  override readonly name = 'NoAnswerError'
  readonly destination: Destination

  /** @internal */
  constructor(control: string, destination: Destination, timeoutMs: number) {
    super('TIMEOUT', `no answer to ${control} from ${destinationText(destination)} within ${timeoutMs / 1000} s`, {
      hint: 'check whether the node is hung or overloaded; set a longer limit with -t SECONDS',
      exitStatus: EXIT_STATUS.timedOut,
      ctdbText: { stderr: [`Control ${control} failed to node ${destination}, ret=${ERRNO.ETIMEDOUT}`] },
    })
    this.destination = destination
  }
}

/** A node refused a control, or failed to carry it out. `status` is the status in its answer. */
export class ControlFailedError extends CtdbtsError {
  override readonly name = 'ControlFailedError'
  readonly destination: Destination
  readonly status: number

  /** @internal */
  constructor(control: string, destination: Destination, status: number, errorText: string) {
    const reason = errorText === '' ? '' : `: ${errorText}`
    super('CONTROL_FAILED', `${control} failed on ${destinationText(destination)} with status ${status}${reason}`, {
      // ctdb exits with what a control returned; only -1 becomes 1.
      exitStatus: status === -1 ? EXIT_STATUS.failure : status & 0xff,
      ctdbText: { stderr: [`Control ${control} failed, ret=${status}`] },
    })
    this.destination = destination
    this.status = status
  }
}
