import { randomBytes } from 'node:crypto'
import { discoveryCommand } from '../../lib/host/discovery-script.ts'
import { type Discovery, parseDiscovery } from '../../lib/host/parse-discovery.ts'
import type { ExecLimits, HostAccess } from '../host-access.ts'
import { failureOf } from './collect.ts'

/**
 * Looks for ctdbd on a machine, in whatever container or namespace; changes nothing.
 * @throws CtdbtsError EXEC_FAILED, HOST_INCOMPLETE; as HostAccess.exec.
 */
export async function discoverOn(access: HostAccess, machine: string, limits: ExecLimits): Promise<Discovery> {
  const nonce = randomBytes(16).toString('hex')
  const command = discoveryCommand(nonce)
  const result = await access.exec(command, limits)
  const failure = failureOf(command, machine, result)
  if (failure) throw failure
  return parseDiscovery(result.stdout, nonce)
}
