import { beforeAll, describe, inject } from 'vitest'
import { Lab, type LabDescription } from './harness/lab.ts'
import { untilHealthy } from './harness/view.ts'

/** Tests are collected even where they will be skipped. */
const NO_LAB: LabDescription = { labId: '', directory: '', nodes: [] }

const description = labOfThisWorker()

/** Describes tests that use a lab, which is healthy when they begin; they are skipped if there is no lab. */
export function describeOnLab(name: string, body: (lab: Lab) => void): void {
  describe.skipIf(description === undefined)(name, () => {
    const lab = new Lab(description ?? NO_LAB)
    beforeAll(() => untilHealthy(lab))
    body(lab)
  })
}

/**
 * A worker runs one file at a time, and no two workers that run at the same time have the same number: so no file uses a lab that another
 * file is using.
 */
function labOfThisWorker(): LabDescription | undefined {
  // There are none while `vitest list` collects the tests.
  const labs = inject('labs') ?? []
  const worker = Number(process.env.VITEST_POOL_ID)
  const lab = labs[worker - 1]
  if (labs.length > 0 && lab === undefined) throw new Error(`there are ${labs.length} labs, but none for worker ${worker}`)
  return lab
}
