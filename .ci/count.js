// Prints passed, failed and skipped tests of vitest's JSON report (argument 1). A run that ended badly (exit status in argument 2)
// without a failed test of its own counts as one.
import { readFileSync } from 'node:fs'

function count(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

const { passed, failed, skipped } = count(process.argv[2])
const broken = Number(process.argv[3]) !== 0 && failed === 0
process.stdout.write(`${passed} ${failed + (broken ? 1 : 0)} ${skipped}\n`)
