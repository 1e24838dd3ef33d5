import type { Duplex } from 'node:stream'
import type { Pnn } from '../lib/cluster/node.ts'
import type { ExecLimits, ExecResult, HostAccess } from './host-access.ts'

/** What is known in advance of a node and its machine; what is not given is found there. */
export type NodeSettings = Pick<HostAccess, 'socketPath' | 'configFolder' | 'kernel' | 'expectedPnn'>

/** Access to the machine of a node about which something is known in advance. */
export class NodeMachine implements HostAccess {
  readonly name: string
  readonly label: string | undefined
  readonly socketPath: string | undefined
  readonly configFolder: string | undefined
  readonly kernel: HostAccess | undefined
  readonly expectedPnn: Pnn | undefined
  /** The access itself. */
  readonly access: HostAccess

  constructor(access: HostAccess, { socketPath, configFolder, kernel, expectedPnn }: NodeSettings) {
    this.access = access
    this.name = access.name
    this.label = access.label
    this.socketPath = socketPath
    this.configFolder = configFolder
    this.kernel = kernel
    this.expectedPnn = expectedPnn
  }

  get ended(): AbortSignal | undefined {
    return this.access.ended
  }

  exec(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult> {
    return this.access.exec(argv, limits)
  }

  connect(socketPaths: readonly string[]): Promise<Duplex> {
    return this.access.connect(socketPaths)
  }
}
