import { MESSAGES, type MessageName, type ReadValues, templatesOf } from './messages.ts'
import { beginOf, plainMessage, type TemplateReader, templateReader } from './template.ts'

/** A known message with what it says. */
export type ReadMessage = { readonly [N in MessageName]: { readonly name: N; readonly values: ReadValues<N> } }[MessageName]

interface Template {
  readonly name: MessageName
  readonly begin: string
  readonly read: TemplateReader
}

/** A step of the way from character to character to the templates whose text begins so. */
interface Step {
  readonly next: Map<number, Step>
  readonly templates: Template[]
}

const newStep = (): Step => ({ next: new Map(), templates: [] })

/** So many characters tell the messages apart well enough. */
const STEPS = 12

/** Of templates that begin alike, the one with more text comes first: it is the more special one. */
const ALL: readonly Template[] = (Object.keys(MESSAGES) as MessageName[])
  .flatMap((name) => templatesOf(name).map((text) => ({ name, text, begin: beginOf(text), read: templateReader(text) })))
  .sort((a, b) => b.begin.length - a.begin.length || b.text.length - a.text.length)

const ROOT = newStep()
for (const template of ALL) {
  let step = ROOT
  for (let index = 0; index < Math.min(STEPS, template.begin.length); index++) {
    const code = template.begin.charCodeAt(index)
    const next = step.next.get(code) ?? newStep()
    step.next.set(code, next)
    step = next
  }
  step.templates.push(template)
}

/** Lines of newer versions begin with the name of the function that wrote them. */
const FUNCTION = /^[a-z_]\w+: +/

/**
 * Reads a message of CTDB's log, of any version.
 * @param text the line without time, host and program.
 * @returns undefined if it is not known.
 */
export function readMessage(text: string): ReadMessage | undefined {
  const plain = plainMessage(text)
  const found = find(plain)
  if (found) return found
  return FUNCTION.test(plain) ? find(plain.replace(FUNCTION, '')) : undefined
}

function find(text: string): ReadMessage | undefined {
  let step: Step | undefined = ROOT
  let rest: Template[] | undefined
  for (let index = 0; ; index++) {
    const next: Step | undefined = step.next.get(text.charCodeAt(index))
    if (next === undefined) break
    if (index > 0 && step.templates.length > 0) rest = [...step.templates, ...(rest ?? [])]
    step = next
  }
  return (
    (step === ROOT ? undefined : read(step.templates, text)) ??
    (rest ? read(rest, text) : undefined) ??
    read(ROOT.templates, text)
  )
}

function read(templates: readonly Template[], text: string): ReadMessage | undefined {
  for (const template of templates) {
    if (!text.startsWith(template.begin)) continue
    const values = template.read(text)
    if (values) return { name: template.name, values } as ReadMessage
  }
  return undefined
}
