import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { RUN_JS } from './program.ts'

interface SimEvent {
  readonly event: string
  readonly [key: string]: unknown
}

/** A `ctdbts sim --json` that runs: its events as they come. */
export async function startSim(argv: readonly string[]) {
  const child = spawn(process.execPath, [RUN_JS, 'sim', '--json', ...argv], { stdio: ['pipe', 'pipe', 'pipe'] })
  const events: SimEvent[] = []
  const waiting: (() => void)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as SimEvent)
    for (const wake of waiting.splice(0)) wake()
  })
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const next = async (event: string): Promise<SimEvent> => {
    for (;;) {
      const found = events.find((each) => each.event === event)
      if (found) return found
      await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), ended])
      if (child.exitCode !== null && !events.some((each) => each.event === event)) throw new Error(`ended without ${event}`)
    }
  }
  const started = await next('started')
  await next('ready')
  return { child, events, next, ended, started, say: (line: string) => child.stdin.write(`${line}\n`) }
}
