import { ProgramThreads, type RunResult } from '../../support/program-threads.ts'

// A process in the namespaces of a node that runs the lab's copy of the program in threads, for the test process that started it.
//
//   node program-host.ts ROOT

/** Asks for a run of the program. */
export interface HostedRun {
  readonly id: number
  readonly argv: string[]
}

/** The reply to a {@link HostedRun} with the same id. */
export interface HostedResult {
  readonly id: number
  readonly result: RunResult
}

const threads = new ProgramThreads(process.argv[2] ?? '')

process.on('message', async ({ id, argv }: HostedRun) => {
  const result = await threads.run({ argv, env: process.env })
  process.send?.({ id, result } satisfies HostedResult)
})
process.on('disconnect', () => process.exit())
