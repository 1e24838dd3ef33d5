// npm run pictures: runs the program in a terminal of its own (tmux), presses keys, and draws what it shows, for README and docs.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyPage, TERMINAL_PICTURES, terminalPicture } from './pictures/pictures.ts'

const folder = join(import.meta.dirname, '../docs/pictures')

function write(name: string, svg: string): void {
  writeFileSync(join(folder, `${name}.svg`), svg)
  console.log(`docs/pictures/${name}.svg`)
}

if (spawnSync('tmux', ['-V']).status !== 0) {
  console.error('pictures are taken in tmux: apt-get install tmux')
  process.exit(1)
}
write('history-page', historyPage())
for (const picture of TERMINAL_PICTURES) write(picture.name, await terminalPicture(picture))
