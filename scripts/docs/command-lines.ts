import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '@oclif/core'
import { type ParseEntry, parse } from 'shell-quote'
import { blocksOf, proseOf, ROOT } from './pages.ts'

/** The commands with their options, as the manifest has them. */
export type Commands = Readonly<Record<string, Pick<Command.Cached, 'flags'>>>

/** All commands of the program. */
export const allCommands = (): Commands => JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')).commands

/** The lines of a page that run `ctdbts`: in blocks of code, and in the text as `ctdbts …`. */
export function commandLines(text: string): string[] {
  const inBlocks = blocksOf(text).flatMap(({ code }) => code.replaceAll('\\\n', ' ').split('\n'))
  const inText = [...proseOf(text).matchAll(/`([^`]*)`/g)].map(([, code = '']) =>
    code.replaceAll('\n', ' ').replaceAll('\\|', '|'),
  )
  return [...inBlocks.map((line) => line.replace(/^ *\$ /, '').trim()), ...inText].filter((line) =>
    /^(?:\w+=\S+ |sudo |exec )*ctdbts /.test(line),
  )
}

/** What is wrong with a line: an unknown command or option, or a value that an option does not take. */
export function faultsOf(line: string, commands: Commands): string[] {
  const starts = wordsOfEach(line).filter((words) => words[0] === 'ctdbts')
  return starts.flatMap((words) => commandFaults(words.slice(1), commands).map((fault) => `${line}: ${fault}`))
}

/** The words of each command of a line, without assignments and programs that run another. */
function wordsOfEach(line: string): string[][] {
  let words: string[] = []
  const commands = [words]
  for (const entry of parse(line, (name) => `$${name}`) as ParseEntry[]) {
    if (typeof entry === 'string') words.push(entry)
    else if ('comment' in entry) break
    else if ('pattern' in entry) words.push(entry.pattern)
    else {
      words = []
      commands.push(words)
    }
  }
  return commands.map((words) =>
    words
      .join('\0')
      .replace(/^(?:(?:\w+=[^\0]*|sudo|exec|npx)\0)+/, '')
      .split('\0'),
  )
}

function commandFaults(words: readonly string[], commands: Commands): string[] {
  if (words.includes('help') || words.some((word) => word === '…' || word === 'COMMAND')) return []
  const command = words.map((word) => commands[word]).find((each) => each !== undefined)
  const isAlone = words.every((word) => word.startsWith('-'))
  if (command === undefined) return isAlone ? [] : ['unknown command']
  return words.flatMap((word, at) => (word.startsWith('-') && word !== '-' ? optionFaults(word, words[at + 1], command) : []))
}

function optionFaults(word: string, next: string | undefined, { flags }: Commands[string]): string[] {
  if (/^(?:-h|--help|-?\d+)$/.test(word)) return []
  const [name, value = next] = word.split(/=(.*)/s)
  const flag = Object.values(flags).find((each) => `--${each.name}` === name || (each.char && word.startsWith(`-${each.char}`)))
  if (flag === undefined) return [`unknown option ${name}`]
  if (flag.type !== 'option' || !flag.options || value === undefined || flag.options.includes(value)) return []
  return /^[A-Z…]+$/.test(value) ? [] : [`${name} does not take ${value}`]
}
