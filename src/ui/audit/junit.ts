import junit from 'junit-report-builder'
import { type AuditedFinding, type AuditReport, counts } from '../../lib/audit/report.ts'
import { allNodesText } from '../../lib/cluster/node-text.ts'
import { visible } from '../visible.ts'
import { acceptanceText, headline } from './words.ts'

/** The package declares a default export behind the default export; there is none. */
const builder = junit as unknown as typeof junit.default

/**
 * A report as JUnit XML: each check is a test case. Real errors and warnings are failures; infos, accepted and transient findings are its
 * output. A
 * check that found nothing but could not read everything is skipped.
 */
export function auditJunit({ findings, unknown, checks, lastTakenAt }: AuditReport): string {
  const document = builder.newBuilder()
  const suite = document.testSuite().name('ctdbts verify').timestamp(lastTakenAt)
  for (const check of checks) {
    const own = findings.filter(({ id }) => id === check)
    const failures = own.filter((finding) => counts(finding) && finding.severity !== 'info')
    const unseen = unknown.filter(({ id }) => id === check)
    const test = suite.testCase().className('ctdbts.verify').name(check)
    const [first] = failures
    if (first) {
      const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : ''
      const details = failures.map((finding) =>
        [
          headline(finding),
          ...noteOf(finding),
          ...finding.evidence.map((line) => `  ${visible(line)}`),
          `  ${visible(finding.remedy)}`,
        ].join('\n'),
      )
      test.failure(`${visible(first.message)}${more}`, first.severity).stacktrace(inCdata(details.join('\n')))
    } else if (unseen.length > 0) {
      test.skipped()
    }
    const output = [
      ...own.filter((finding) => !failures.includes(finding)).map((finding) => `${wordOf(finding)}: ${visible(finding.message)}`),
      ...unseen.map(({ pnn, fact, why }) => `could not be read: ${visible(fact)} of ${allNodesText([pnn])}: ${visible(why)}`),
    ]
    if (output.length > 0) test.standardOutput(inCdata(output.join('\n')))
  }
  return document.build()
}

const wordOf = ({ state, acceptance }: AuditedFinding): string =>
  state === 'transient' ? 'transient' : acceptance?.kind === 'accepted' ? acceptanceText(acceptance) : 'info'

const noteOf = ({ acceptance }: AuditedFinding): string[] => (acceptance === undefined ? [] : [`  ${acceptanceText(acceptance)}`])

/** The builder does not escape every end of a CDATA section in a text. */
const inCdata = (text: string): string => text.replaceAll(']]>', ']] >')
