import { type Process, until } from '../process/wait.ts'
import type { DaemonState } from './daemon-state.ts'
import { startMonitoring } from './monitor.ts'

/** Seconds that pass after a recovery, on top of RerecoveryTimeout, before the event `startup`. */
const STARTUP_MARGIN = 3
const STARTUP_RETRY_MS = 5_000

/**
 * Takes a daemon from INIT to RUNNING: loads the files, cleans the kernel, waits for the first recovery, runs the event `startup` until it
 * succeeds, and starts the health checks. A daemon whose public addresses file is broken ends instead.
 */
export function* startUp(daemon: DaemonState): Process<void> {
  const { log, publicAddressesFile, scripts, startRecoveryDaemon, ended } = daemon.options
  log('ctdbd', 'starting')
  daemon.setRunState('INIT')
  try {
    daemon.publicIps.configuration.load(publicAddressesFile.read(), publicAddressesFile.path)
  } catch (error) {
    log('ctdbd', 'loadFailed', error instanceof Error ? error.message : String(error))
    return ended()
  }
  daemon.databases.list.attachPersistent()
  yield* removeStale(daemon)
  daemon.setRunState('SETUP')
  yield* until(daemon.program.sleep(scripts.behaviour.delayMs()))
  daemon.peers.startKeepalive()
  daemon.setRunState('FIRST_RECOVERY')
  startRecoveryDaemon()
  yield* waitUntilRecovered(daemon)
  while (!(yield* runStartup(daemon))) yield* until(daemon.program.sleep(STARTUP_RETRY_MS))
  log('ctdbd', 'startupOk')
  daemon.setRunState('RUNNING')
  startMonitoring(daemon)
}

/** In recovery mode, as on a node that is stopped or banned, the event is not run. @returns whether it succeeded. */
function* runStartup(daemon: DaemonState): Process<boolean> {
  const { log, scripts } = daemon.options
  log('ctdbd', 'startupEvent')
  if (daemon.recoveryMode !== 0) {
    log('ctdbd', 'startupRefused')
    log('ctdbd', 'startupNotLaunched')
    return false
  }
  if ((yield* until(scripts.run('startup', [], daemon.scriptLimitMs()))) === 'ok') return true
  log('ctdbd', 'startupFailed')
  return false
}

/** Event `init`: removes public addresses that an earlier daemon has left in the kernel. */
function* removeStale({ options, publicIps }: DaemonState): Process<void> {
  const { kernel, log } = options
  const held = yield* until(kernel.addresses())
  const known = new Set(publicIps.known().map(({ address }) => address.address))
  for (const { address, maskBits, interfaceName } of held.filter(({ address }) => known.has(address))) {
    log('eventd', 'removingStale', address, maskBits, interfaceName)
    yield* until(kernel.releaseIp(interfaceName, address, maskBits))
  }
}

function* waitUntilRecovered(daemon: DaemonState): Process<void> {
  for (;;) {
    yield* until(daemon.program.sleep(1000))
    daemon.options.log('ctdbd', 'waitRecovered')
    const { recoveryFinishedMs } = daemon.times
    const quietMs = (daemon.tunable('RerecoveryTimeout') + STARTUP_MARGIN) * 1000
    const isQuiet = recoveryFinishedMs > 0 && daemon.program.nowMs - recoveryFinishedMs > quietMs
    if (daemon.runState === 'STARTUP' && daemon.recoveryMode === 0 && isQuiet) return
  }
}
