import type { TestProject } from 'vitest/node'
import buildOnce from '../support/build.ts'
import type { LabDescription } from './harness/lab.ts'
import { missingRequirements } from './harness/requirements.ts'
import { startLab } from './harness/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The lab of this run; undefined where the machine cannot have one. */
    lab: LabDescription | undefined
  }
}

/** Builds the program and starts the lab, once for all files. Without what a lab needs: fails where one is required, else tells. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = await missingRequirements()
  if (missing.length > 0) {
    const lack = `this machine cannot have a lab, it lacks ${missing.join(', ')}`
    if (process.env.CI || process.env.CTDBTS_LAB === 'require')
      throw new Error(`the tests on a real cluster are required (CI or CTDBTS_LAB=require), but ${lack}`)
    process.stderr.write(`\nThe tests on a real cluster are SKIPPED: ${lack}\n`)
    project.provide('lab', undefined)
    return undefined
  }
  await buildOnce()
  const { description, stop } = await startLab({ nodes: 3 })
  project.provide('lab', description)
  return stop
}
