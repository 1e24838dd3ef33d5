// npm run fuzz: runs what reads bytes of others on inputs that are mutated by chance and chosen by the code that they run.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { corpusFolder, corpusOf, faultOf, loadTarget, targetNames } from '../test/fuzz/target.ts'
import { fuzzTarget } from './fuzz/run-target.ts'
import type { Finding } from './fuzz/search.ts'
import type { Result } from './fuzz/worker.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Run one target on this file only, and say what comes of it. */
    input: { type: 'string' },
    /** Put a small corpus that runs the same code in place of the one in the repository; former findings stay. */
    save: { type: 'boolean', default: false },
    /** List the places that no input has reached. */
    missed: { type: 'boolean', default: false },
  },
})

const FINDINGS = 'fuzz-findings'
const NAME_WIDTH = 1 + Math.max(...targetNames.map(({ length }) => length))
const seconds = Number(process.env.FUZZ_SECONDS ?? 300)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000)
const names = positionals.length > 0 ? positionals : targetNames
const unknown = names.find((name) => !targetNames.includes(name))
if (unknown !== undefined) throw new Error(`there is no target ${unknown}: they are ${targetNames.join(', ')}`)

const hashOf = (input: Uint8Array): string => createHash('sha256').update(input).digest('hex').slice(0, 8)

/** Where a corpus file is a former finding, its name says of what; the others are named by their content. */
const isChosen = (file: string): boolean => /^[0-9a-f]{8}$/.test(file)

function saveCorpus(name: string, inputs: readonly Uint8Array[]): void {
  const folder = corpusFolder(name)
  mkdirSync(folder, { recursive: true })
  for (const [file] of corpusOf(name)) if (isChosen(file)) rmSync(join(folder, file))
  for (const input of inputs) writeFileSync(join(folder, hashOf(input)), input)
}

function report(name: string, { executions, seconds, blocks, missed, corpus, findings }: Result): void {
  const covered = blocks - missed.length
  const rate = `${Math.round(executions / seconds)}/s`
  const coverage = `${covered} of ${blocks} blocks (${Math.round((100 * covered) / blocks)} %), ${corpus} inputs kept`
  // Nothing but the finding is known of a thread that had to be stopped.
  const search = blocks === 0 ? 'stopped' : `${rate}, ${coverage}`
  console.log(`${name.padEnd(NAME_WIDTH)}${executions} executions, ${search}, ${findings.length} findings`)
  if (options.missed) for (const place of missed) console.log(`    not reached: ${place}`)
  for (const finding of findings) reportFinding(name, finding)
}

function reportFinding(name: string, { kind, reason, input }: Finding): void {
  const file = join(FINDINGS, `${name}-${hashOf(input)}`)
  mkdirSync(FINDINGS, { recursive: true })
  writeFileSync(file, input)
  const shown = JSON.stringify(Buffer.from(input.subarray(0, 200)).toString('latin1'))
  console.log(`    FINDING ${kind}: ${input.length} bytes ${shown}`)
  console.log(reason.replace(/^/gm, '      '))
  console.log(`      npm run fuzz -- ${name} --input ${file}`)
}

async function fuzzAll(): Promise<void> {
  const threads = Math.min(names.length, availableParallelism())
  const each = (seconds * threads) / names.length
  console.log(`FUZZ_SEED=${seed}: ${names.length} targets, ${each.toFixed(1)} s each, ${threads} at a time`)
  const waiting = [...names]
  let [executions, findings] = [0, 0]
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await fuzzTarget({ name, seed, endMs: Date.now() + each * 1000, select: options.save })
      report(name, result)
      executions += result.executions
      findings += result.findings.length
      if (options.save && result.blocks > 0) saveCorpus(name, result.selection)
    }
  }
  await Promise.all(Array.from({ length: threads }, worker))
  console.log(`${executions} executions, ${findings} findings`)
  if (findings > 0) process.exitCode = 1
}

async function replay(name: string, file: string): Promise<void> {
  const fault = faultOf(await loadTarget(name), readFileSync(file))
  console.log(fault ? `${fault.kind}\n${fault.reason}` : 'no fault: it was read, or refused as it has to be')
  if (fault) process.exitCode = 1
}

const [first, ...others] = positionals
if (options.input === undefined) await fuzzAll()
else if (first !== undefined && others.length === 0) await replay(first, options.input)
else throw new Error('--input takes one target')
