import { type Choice, choicesAt, FILES } from './choices.ts'
import { type CommandInfo, type Cursor, cursorOf } from './cursor.ts'
import { type LiveValues, liveValues } from './live.ts'

/**
 * What can stand at the end of a command line, for the shells' scripts: a line for each word, with its meaning behind a tab; or `<files>`.
 * @param words see {@link cursorOf}.
 * @param timeoutMs time limit for each answer of the daemon.
 * @throws what stands in the way of an answer.
 */
export async function completions(
  words: readonly string[],
  commands: readonly CommandInfo[],
  timeoutMs: number,
): Promise<string> {
  const cursor = cursorOf(words, commands)
  const choices = await choicesAt(cursor, commands, valuesFor(cursor, timeoutMs))
  if (choices === FILES) return `${FILES}\n`
  return choices.map(({ value, meaning }) => `${value}\t${meaning}\n`).join('')
}

/** Only a daemon on this machine answers at once: a login over SSH may even have to ask for a passphrase. */
function valuesFor({ given }: Cursor, timeoutMs: number): LiveValues {
  const value = (name: string) => given.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3)
  if (value('host') !== undefined || given.includes('--sim') || value('from') !== undefined) return NOTHING
  const node = value('node')
  return liveValues({ socket: value('socket'), node: node === undefined || node === '-1' ? undefined : Number(node), timeoutMs })
}

const none = async (): Promise<Choice[]> => []
const NOTHING: LiveValues = { nodes: none, publicIps: none, interfaces: none }
