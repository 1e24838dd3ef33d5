import { lenientInt } from '../../lib/c-number.ts'
import { CtdbtsError } from '../../lib/errors.ts'

/** A request to `event`. */
export type EventRequest =
  | {
      readonly kind: 'run'
      readonly timeoutSeconds: number
      readonly component: string
      readonly event: string
      readonly args: string
    }
  | { readonly kind: 'status'; readonly component: string; readonly event: string }
  | { readonly kind: 'list'; readonly component: string }
  | { readonly kind: 'enable' | 'disable'; readonly component: string; readonly script: string }

interface RequestForm {
  readonly words: readonly string[]
  readonly args: string
  readonly help: string
  /** Undefined when the number of words is not right. */
  readonly read: (words: readonly string[]) => EventRequest | undefined
}

const FORMS: readonly RequestForm[] = [
  { words: ['run'], args: '<timeout> <component> <event> <args>', help: 'Run an event', read: readRun },
  {
    words: ['status'],
    args: '<component> <event>',
    help: 'Get status of an event',
    read: (words) => two(words, (component, event) => ({ kind: 'status', component, event })),
  },
  {
    words: ['script', 'list'],
    args: '<component>',
    help: 'List event scripts',
    read: ([component, ...rest]) => (component === undefined || rest.length > 0 ? undefined : { kind: 'list', component }),
  },
  {
    words: ['script', 'enable'],
    args: '<component> <script>',
    help: 'Enable an event script',
    read: (words) => two(words, (component, script) => ({ kind: 'enable', component, script })),
  },
  {
    words: ['script', 'disable'],
    args: '<component> <script>',
    help: 'Disable an event script',
    read: (words) => two(words, (component, script) => ({ kind: 'disable', component, script })),
  },
]

/**
 * Reads the arguments of `event` by the grammar of `ctdb-event`, to which `ctdb` hands them.
 * @throws CtdbtsError USAGE with the usage of the intended request, or of all.
 */
export function parseEventRequest(words: readonly string[]): EventRequest {
  const form = FORMS.find((each) => each.words.every((word, index) => words[index] === word))
  if (!form) throw usageError(FORMS)
  const request = form.read(words.slice(form.words.length))
  if (!request) throw usageError([form])
  return request
}

function two(words: readonly string[], make: (first: string, second: string) => EventRequest): EventRequest | undefined {
  const [first, second, ...rest] = words
  return first === undefined || second === undefined || rest.length > 0 ? undefined : make(first, second)
}

function readRun([timeout, component, event, ...args]: readonly string[]): EventRequest | undefined {
  if (timeout === undefined || component === undefined || event === undefined) return undefined
  return { kind: 'run', timeoutSeconds: Math.max(0, lenientInt(timeout)), component, event, args: args.join(' ') }
}

function usageError(forms: readonly RequestForm[]): CtdbtsError {
  const rows = forms.map(({ words, args, help }) => ({ form: `event ${words.join(' ')} ${args}`, help }))
  const width = Math.max(...rows.map(({ form }) => form.length))
  const lines = rows.map(({ form, help }) => `  ${form.padEnd(width)}     ${help}\n`)
  return new CtdbtsError('USAGE', 'event: the first argument must be run, status or script list|enable|disable', {
    hint: 'see `ctdbts event --help`',
    ctdbText: { stderr: [], stdout: `Usage: ctdbts [OPTION...]\n\nCommands:\n${lines.join('')}` },
  })
}
