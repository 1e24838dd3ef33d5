import { visible } from '../../ui/visible.ts'
import { candidatesAt, FILES } from './candidates.ts'
import { type CommandInfo, type Cursor, cursorOf } from './cursor.ts'
import { type Candidate, type LiveValues, liveValues } from './live.ts'

/**
 * The candidates at the end of a command line, for the shells' scripts: a line for each, with its meaning after a tab; or `<files>`.
 * @param words see {@link cursorOf}.
 * @param timeoutMs time limit for each answer of the daemon.
 * @throws why the daemon did not answer.
 */
export async function completions(
  words: readonly string[],
  commands: readonly CommandInfo[],
  timeoutMs: number,
): Promise<string> {
  const cursor = await cursorOf(words, commands)
  const candidates = await candidatesAt(cursor, commands, valuesFor(cursor, timeoutMs), configuredClusters)
  if (candidates === FILES) return `${FILES}\n`
  return candidateLines(candidates)
}

/** The lines of candidates, without those whose characters a terminal would act on, or that are more than a line. */
export const candidateLines = (candidates: readonly Candidate[]): string =>
  candidates
    .filter(({ value }) => visible(value) === value)
    .map(({ value, meaning }) => `${value}\t${meaning}\n`)
    .join('')

/** Asks only the daemon on this machine, which answers at once: a login over SSH could even have to ask for a passphrase. */
function valuesFor({ given }: Cursor, timeoutMs: number): LiveValues {
  const value = (name: string) => given.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3)
  if (value('host') !== undefined || given.includes('--sim') || value('from') !== undefined) return NOTHING
  const node = value('node')
  return liveValues({ socket: value('socket'), node: node === undefined || node === '-1' ? undefined : Number(node), timeoutMs })
}

/** The clusters of config.toml, with where they begin. @throws CtdbtsError BAD_CONFIG. */
async function configuredClusters(): Promise<Candidate[]> {
  // Reading it takes a library that no other completion needs.
  const { configPath, readConfig } = await import('../config-file.ts')
  return Object.entries(readConfig(configPath(process.env)).clusters).map(([value, { hosts, run }]) => ({
    value,
    meaning: visible((hosts ?? run ?? []).join(' ')),
  }))
}

const none = async (): Promise<Candidate[]> => []
const NOTHING: LiveValues = { nodes: none, publicIps: none, interfaces: none, databases: none }
