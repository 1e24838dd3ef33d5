import { beforeAll, describe, inject } from 'vitest'
import { Lab } from './harness/lab.ts'
import { untilHealthy } from './harness/view.ts'

const description = inject('lab')
/** Tests are collected even where they will be skipped. */
const NO_LAB = { labId: '', directory: '', nodes: [] }

/** Tests that use the lab of this run, which they find healthy; skipped where there is none. */
export function describeOnLab(name: string, body: (lab: Lab) => void): void {
  describe.skipIf(description === undefined)(name, () => {
    const lab = new Lab(description ?? NO_LAB)
    beforeAll(() => untilHealthy(lab))
    body(lab)
  })
}
