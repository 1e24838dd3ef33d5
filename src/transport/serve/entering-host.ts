import { ControlFailure } from '../../lib/node/control-types.ts'
import type { Wait } from '../../lib/process/wait.ts'
import type { Host } from '../../lib/sim/host.ts'
import type { Enter } from './serve-client.ts'

/**
 * A real system, whose answers come from outside of the simulated time: each enters it at the moment when it is there. What fails there
 * fails as a control does, which every daemon is prepared for.
 */
export function enteringHost(host: Host, enter: Enter): Host {
  const entering =
    <T>(wait: Wait<T>): Wait<T> =>
    (done, failed) =>
      wait(
        (value) => enter(() => done(value)),
        (error) => enter(() => failed(asFailure(error))),
      )
  return {
    links: () => entering(host.links()),
    addresses: () => entering(host.addresses()),
    takeIp: (...values) => entering(host.takeIp(...values)),
    releaseIp: (...values) => entering(host.releaseIp(...values)),
    restartNetwork: () => entering(host.restartNetwork()),
    setCarrier: (...values) => entering(host.setCarrier(...values)),
    addByHand: (...values) => entering(host.addByHand(...values)),
    deleteByHand: (address) => entering(host.deleteByHand(address)),
    ipAddrJson: () => entering(host.ipAddrJson()),
  }
}

const asFailure = (error: unknown): ControlFailure =>
  new ControlFailure(-1, error instanceof Error ? error.message : String(error))
