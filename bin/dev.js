#!/usr/bin/env node
// Runs the sources as they are: Node strips the types. Nothing has to be built.
import { dirname } from 'node:path'
import { main } from '../src/cli/main.ts'

const commands = { strategy: 'explicit', target: './src/commands/index.ts', identifier: 'COMMANDS' }
await main(process.argv.slice(2), dirname(import.meta.dirname), { commands, helpClass: './src/cli/help.ts' })
