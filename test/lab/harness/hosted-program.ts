import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '../../support/program-threads.ts'
import { inside } from './node-commands.ts'
import type { LabNode } from './node-files.ts'
import type { HostedResult, HostedRun } from './program-host.ts'

const HOST = fileURLToPath(new URL('program-host.ts', import.meta.url))

/** The program on one node, in a process that is started at the first run and ends with this one. */
export class HostedProgram {
  private readonly node: LabNode
  private readonly root: string
  private readonly env: Record<string, string>
  private readonly waiting = new Map<number, PromiseWithResolvers<RunResult>>()
  private host: ChildProcess | undefined
  private runs = 0

  /**
   * @param root the folder that contains `bin/run.js` and `dist`.
   * @param env variables that each run has in addition to those of this process.
   */
  constructor(node: LabNode, root: string, env: Record<string, string>) {
    this.node = node
    this.root = root
    this.env = env
  }

  /** Runs an argument vector that starts with the paths of Node.js and of the program. */
  async run(argv: readonly string[]): Promise<RunResult> {
    this.host ??= this.start()
    const id = ++this.runs
    const result = Promise.withResolvers<RunResult>()
    this.waiting.set(id, result)
    this.host.send({ id, argv: [...argv] } satisfies HostedRun)
    return await result.promise
  }

  private start(): ChildProcess {
    const [command, ...args] = ['nsenter', ...inside(this.node), process.execPath, HOST, this.root] as const
    const host = spawn(command, args, { env: { ...process.env, ...this.env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    host.on('message', ({ id, result }: HostedResult) => {
      this.waiting.get(id)?.resolve(result)
      this.waiting.delete(id)
    })
    host.on('exit', (status, signal) => {
      this.host = undefined
      const error = new Error(`the process that runs ctdbts on node ${this.node.pnn} ended (${signal ?? `status ${status}`})`)
      for (const { reject } of this.waiting.values()) reject(error)
      this.waiting.clear()
    })
    // It does not keep this process alive. While a run is awaited, the test's own time limit does.
    host.unref()
    host.channel?.unref()
    return host
  }
}
