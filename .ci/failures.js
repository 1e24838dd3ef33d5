// Prints each failed test of vitest's JSON report (argument 1): its file, title and the start of its message. With `retried` as
// argument 2, those that passed only the second time instead.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const MESSAGE_LINES = 15

/** The start of a text, each line indented. */
const startOf = (text) =>
  text
    .split('\n')
    .slice(0, MESSAGE_LINES)
    .map((line) => `    ${line}`)
    .join('\n')

let report
try {
  report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
} catch {
  report = { testResults: [] }
}
const isRetried = process.argv[3] === 'retried'
// A test that passed the second time keeps the message of the first.
const isWanted = isRetried
  ? (test) => test.status === 'passed' && test.failureMessages.length > 0
  : (test) => test.status === 'failed'
for (const { name, status, message, assertionResults } of report.testResults) {
  const failed = assertionResults.filter(isWanted)
  const file = relative(process.cwd(), name)
  for (const { fullName, failureMessages } of failed)
    process.stdout.write(`${file}: ${fullName}\n${startOf(failureMessages.join('\n'))}\n`)
  // A file that cannot be read, or whose hooks fail, has no failed test.
  if (!isRetried && status === 'failed' && failed.length === 0) process.stdout.write(`${file}\n${startOf(message)}\n`)
}
