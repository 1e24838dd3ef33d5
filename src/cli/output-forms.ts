import { CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import type { CtdbStyle } from '../ui/ctdb/style.ts'
import { jsonText } from '../ui/json.ts'
import { wantsColour } from './output.ts'
import type { GlobalOptions } from './run-options.ts'

/** A result in every form that a command can show. Only the one that the options ask for is made. */
export interface Views {
  /** As `ctdb` prints it. */
  ctdb(style: CtdbStyle): string | Uint8Array
  /** As `ctdb -j` prints it; absent where `ctdb` refuses -j. */
  ctdbJson?(): unknown
  json(): unknown
  /** Absent where the text serves people as well. */
  table?(coloured: boolean): Promise<string>
}

/** The output forms of `ctdb` that a command has. */
export interface OutputForms {
  /** `-j`. Without it, the command refuses in the words of `ctdb`. */
  readonly ctdbJson: boolean
  /** `-X` and `-Y`. */
  readonly machineReadable: boolean
}

/** Prints a result in the form that the options ask for. @returns the document that oclif prints under --json. */
export async function showViews(options: GlobalOptions, views: Views): Promise<unknown> {
  if (options.json) return views.json()
  if (options.table && views.table) process.stdout.write(await views.table(wantsColour(process.stdout, process.env)))
  // `ctdb` ends its JSON without a newline.
  else if (options['ctdb-json']) process.stdout.write(jsonText(views.ctdbJson?.()))
  else process.stdout.write(views.ctdb(ctdbStyle(options)))
  return undefined
}

/**
 * Refuses output options that a command does not have or that exclude each other, in the words of `ctdb` where it has any.
 * @throws CtdbtsError OUTPUT_FORM.
 */
export function checkOutputForms(command: string, options: GlobalOptions, { ctdbJson, machineReadable }: OutputForms): void {
  const machine = wantsSeparators(options)
  if (machine && !machineReadable) {
    throw new CtdbtsError('OUTPUT_FORM', `${command} has no output with separators`, { hint: 'use --json' })
  }
  if ((options.json || options['ctdb-json']) && machine) throw refusal('--json and -Y options are mutually exclusive')
  if (options['ctdb-json'] && !ctdbJson) throw refusal(`--json not supported by the ${command} subcommand`)
  const forms = [machine, options.table, options.json, options['ctdb-json']].filter(Boolean)
  if (forms.length > 1) {
    throw new CtdbtsError('OUTPUT_FORM', '--table, --json, -j and -X exclude each other', { hint: 'use only one of them' })
  }
}

/** Whether -X or -Y is given. */
const wantsSeparators = (options: GlobalOptions): boolean => options['machine-readable'] || options['machine-parsable']

const refusal = (line: string): CtdbtsError => saidByCtdb('OUTPUT_FORM', line)

const ctdbStyle = (options: GlobalOptions): CtdbStyle => ({
  verbose: options.verbose,
  ...(wantsSeparators(options) ? { separator: options.separator } : {}),
})
