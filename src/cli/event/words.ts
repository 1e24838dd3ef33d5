import { CtdbtsError } from '../../lib/errors.ts'

/** What `event` is asked to do. */
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

interface Form {
  readonly words: readonly string[]
  readonly args: string
  readonly help: string
  /** Undefined when the number of words is not right. */
  readonly read: (words: readonly string[]) => EventRequest | undefined
}

const FORMS: readonly Form[] = [
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
 * Reads the words behind `event`, by the grammar of `ctdb-event`, to which the real tool hands them.
 * @throws CtdbtsError USAGE with the usage of what was meant, or of all.
 */
export function readEventWords(words: readonly string[]): EventRequest {
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
  return { kind: 'run', timeoutSeconds: leadingSeconds(timeout), component, event, args: args.join(' ') }
}

const MAX_SECONDS = 0x7fff_ffff

/** As C's atoi: what is no number, or negative, is 0, which is no limit. */
const leadingSeconds = (text: string): number => Math.min(Number(/^\s*\+?(\d+)/.exec(text)?.[1] ?? 0), MAX_SECONDS)

function usageError(forms: readonly Form[]): CtdbtsError {
  const rows = forms.map(({ words, args, help }) => ({ form: `event ${words.join(' ')} ${args}`, help }))
  const width = Math.max(...rows.map(({ form }) => form.length))
  const lines = rows.map(({ form, help }) => `  ${form.padEnd(width)}     ${help}\n`)
  return new CtdbtsError('USAGE', 'ctdbts event: it takes run, status, script list, script enable or script disable', {
    hint: 'see `ctdbts event --help`',
    ctdbText: { stderr: [], stdout: `Usage: ctdbts [OPTION...]\n\nCommands:\n${lines.join('')}` },
  })
}
