// Run by the Node that will be in the executable: writes the compiled code of scripts beside them. Their paths are on standard input, as JSON.
import { readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Script } from 'node:vm'
import { asFunction, COMPILED } from '../../src/executable/script.ts'

const paths = JSON.parse(await text(process.stdin)) as string[]
for (const path of paths) {
  writeFileSync(`${path}${COMPILED}`, new Script(asFunction(readFileSync(path, 'utf8')), { filename: path }).createCachedData())
}
