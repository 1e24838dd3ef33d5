#!/usr/bin/env node
// Runs the sources as they are: Node strips the types. Nothing has to be built.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../src/cli/main.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const packageJson = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
packageJson.oclif.commands.target = './src/commands/index.ts'
await main(process.argv.slice(2), { root, pjson: packageJson, ignoreManifest: true })
