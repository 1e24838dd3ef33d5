import type { Era } from '../../lib/cluster/era.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { parseSimCommand } from './commands.ts'

/** A command of a scenario, with its time. */
export interface ScenarioStep {
  /** Milliseconds since the cluster was ready. */
  readonly atMs: number
  /** A line for carryOutLine. */
  readonly command: string
  /** The line number in the file, for errors. */
  readonly line: number
}

/** The content of a scenario file. Settings that are not in the file are undefined. */
export interface Scenario {
  readonly nodes?: number
  readonly addresses?: number
  readonly seed?: number
  readonly era?: Era
  /** Sorted by time. */
  readonly steps: readonly ScenarioStep[]
}

const MAX_BYTES = 1 << 20

/**
 * Parses a scenario: lines `nodes N`, `addresses N`, `seed N`, `era 2017|now` and `at SECONDS COMMAND`, where `at +SECONDS` counts from the
 * previous step. A # starts a comment.
 * @throws CtdbtsError BAD_SCENARIO naming file, line and reason.
 */
export function parseScenario(text: string, file: string): Scenario {
  if (text.length > MAX_BYTES)
    throw new CtdbtsError('BAD_SCENARIO', `${file} is too long for a scenario (over ${MAX_BYTES} bytes)`)
  const settings: Settings = {}
  const steps: ScenarioStep[] = []
  text.split('\n').forEach((raw, index) => {
    const words = raw.replace(/#.*/, '').split(/\s+/).filter(Boolean)
    const fault: Fault = (reason) =>
      new CtdbtsError('BAD_SCENARIO', `${file}, line ${index + 1}: ${reason}`, { hint: 'see `ctdbts sim --help`' })
    if (words[0] === 'at') steps.push(readStep(words, steps.at(-1)?.atMs ?? 0, index + 1, fault))
    else if (words.length > 0) readSetting(words, settings, fault)
  })
  return { ...settings, steps: steps.toSorted((a, b) => a.atMs - b.atMs) }
}

type Settings = { nodes?: number; addresses?: number; seed?: number; era?: Era }
type Fault = (reason: string) => CtdbtsError

function readStep([, time = '', ...words]: readonly string[], lastMs: number, line: number, fault: Fault): ScenarioStep {
  const atMs = timeOf(time, lastMs)
  if (atMs === undefined) throw fault(`${JSON.stringify(time)} is not a time: give a number of seconds, or + and a number`)
  return { atMs, command: checked(words.join(' '), fault), line }
}

function readSetting([word = '', value = '', ...rest]: readonly string[], settings: Settings, fault: Fault): void {
  if (word === 'era' && rest.length === 0) {
    if (value !== '2017' && value !== 'now') throw fault(`the era is 2017 or now, not ${JSON.stringify(value)}`)
    settings.era = value
  } else if ((word === 'nodes' || word === 'addresses' || word === 'seed') && rest.length === 0) {
    if (!/^\d{1,9}$/.test(value)) throw fault(`${word} takes a whole number, not ${JSON.stringify(value)}`)
    settings[word] = Number(value)
  } else {
    throw fault(
      `a line is "at SECONDS COMMAND", "nodes N", "addresses N", "seed N" or "era 2017|now", not ${JSON.stringify(word)}`,
    )
  }
}

function timeOf(text: string, lastMs: number): number | undefined {
  const match = /^(\+?)(\d{1,6}(?:\.\d{1,3})?)$/.exec(text)
  return match ? (match[1] === '+' ? lastMs : 0) + Math.round(Number(match[2]) * 1000) : undefined
}

function checked(command: string, fault: (reason: string) => CtdbtsError): string {
  try {
    parseSimCommand(command)
    return command
  } catch (error) {
    if (error instanceof CtdbtsError) throw fault(error.message)
    throw error
  }
}
