import type { AuditReport } from '../../lib/audit/report.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { jsonText } from '../../ui/json.ts'
import { wantsColour } from '../output.ts'
import { writeWhole } from '../write-whole.ts'
import type { Format } from './formats.ts'

export interface ShowOptions {
  readonly format: Format
  readonly groupBy: 'fault' | 'node'
  readonly verbose: boolean
  /** What `--host` says. */
  readonly hosts: readonly string[]
  /** The file to write it to, as a whole or not at all; standard output unless given. */
  readonly output?: string | undefined
}

/**
 * Writes a report; for JSON on standard output it returns the document instead.
 * @throws CtdbtsError NOT_WRITTEN when the file cannot be written.
 */
export async function showReport(report: AuditReport, options: ShowOptions): Promise<unknown> {
  const { format, output } = options
  if (format === 'json') {
    const { auditJson } = await import('../../ui/audit/json.ts')
    const document = auditJson(report)
    if (output === undefined) return document
    writeWhole(output, `${jsonText(document)}\n`)
    return undefined
  }
  const text = await textOf(report, format, options)
  if (output === undefined) process.stdout.write(text)
  else writeWhole(output, text)
  return undefined
}

async function textOf(
  report: AuditReport,
  format: Exclude<Format, 'json'>,
  { groupBy, verbose, output, hosts }: ShowOptions,
): Promise<string> {
  switch (format) {
    case 'nagios': {
      const { auditNagios } = await import('../../ui/audit/nagios.ts')
      return auditNagios(report)
    }
    case 'checkmk': {
      const { auditCheckmk } = await import('../../ui/audit/checkmk.ts')
      return auditCheckmk(report, hosts)
    }
    case 'prometheus': {
      const { auditPrometheus } = await import('../../ui/audit/prometheus.ts')
      return await auditPrometheus(report, { takenAtSeconds: Date.parse(report.lastTakenAt) / 1000 })
    }
    case 'junit': {
      const { auditJunit } = await import('../../ui/audit/junit.ts')
      return auditJunit(report)
    }
    case 'text': {
      const [{ auditText }, { painter }] = await Promise.all([import('../../ui/audit/text.ts'), import('../../ui/table.ts')])
      return auditText(report, {
        groupBy,
        verbose,
        paint: painter(output === undefined && wantsColour(process.stdout, process.env)),
      })
    }
  }
}

/**
 * What a monitoring system reads of an audit that has failed: it reads standard output only, and some read exit status 1 as a warning.
 * @throws the error itself for other formats.
 */
export async function failureForMonitor(
  error: unknown,
  format: Format,
  hosts: readonly string[],
): Promise<{ readonly text: string; readonly exitStatus: number }> {
  if (!(error instanceof CtdbtsError)) throw error
  if (format === 'nagios') {
    const { NAGIOS_UNKNOWN, nagiosFailure } = await import('../../ui/audit/nagios.ts')
    return { text: nagiosFailure(error), exitStatus: NAGIOS_UNKNOWN }
  }
  if (format !== 'checkmk') throw error
  const { checkmkFailure } = await import('../../ui/audit/checkmk.ts')
  return { text: checkmkFailure(error, hosts), exitStatus: 0 }
}
