import type { TestProject } from 'vitest/node'
import buildOnce from '../support/build.ts'
import type { LabDescription } from './harness/lab.ts'
import { missingRequirements } from './harness/requirements.ts'
import { startLabs } from './harness/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The labs of this run, one for each worker; none where the machine cannot run a lab. */
    labs: readonly LabDescription[]
  }
}

/**
 * Builds the program and starts one lab for each worker, once for all files. On a machine that lacks something a lab needs, the run fails
 * if the lab is required; otherwise the tests are skipped and a message says why.
 */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = await missingRequirements()
  if (missing.length > 0) {
    const lack = `this machine cannot run a lab, it lacks ${missing.join(', ')}`
    if (process.env.CI || process.env.CTDBTS_LAB === 'require')
      throw new Error(`the tests on a real cluster are required (CI or CTDBTS_LAB=require), but ${lack}`)
    process.stderr.write(`\nThe tests on a real cluster are SKIPPED: ${lack}\n`)
    project.provide('labs', [])
    return undefined
  }
  await buildOnce()
  const labs = await startLabs(project.vitest.config.maxWorkers, { nodes: 3 })
  project.provide(
    'labs',
    labs.map(({ description }) => description),
  )
  return async () => void (await Promise.all(labs.map(({ stop }) => stop())))
}
