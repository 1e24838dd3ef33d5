#!/usr/bin/env node
// Runs the sources as they are: Node strips the types, and esbuild turns what is written in JSX. Nothing has to be built.
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.tsx')) return nextLoad(url, context)
    const source = readFileSync(fileURLToPath(url), 'utf8')
    const { code } = transformSync(source, { loader: 'tsx', jsx: 'automatic', target: 'node22', sourcemap: 'inline' })
    return { format: 'module', source: code, shortCircuit: true }
  },
})

const { main } = await import('../src/main/main.ts')

await main(process.argv.slice(2), dirname(import.meta.dirname))
