import { parentPort } from 'node:worker_threads'
import { type DatabaseStory, simulateDatabases } from './databases.ts'
import type { SeedRange } from './seed-threads.ts'

parentPort?.on('message', ({ from, to }: SeedRange) => {
  const stories: DatabaseStory[] = []
  for (let seed = from; seed < to; seed++) stories.push(simulateDatabases(seed))
  parentPort?.postMessage(stories)
})
