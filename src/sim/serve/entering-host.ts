import { ControlFailure } from '../daemon/control-failure.ts'
import type { Wait } from '../process/wait.ts'
import type { Host } from '../world/host.ts'
import type { Enter } from './serve-client.ts'

/**
 * A real operating system, whose answers arrive in real time: each enters the simulation when it arrives. Its errors become
 * ControlFailures, which every daemon handles.
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
