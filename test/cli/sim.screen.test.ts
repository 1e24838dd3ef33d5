import { it } from 'vitest'
import { RUN_JS } from '../support/program.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

it.skipIf(!hasTmux)('ctdbts demo --step goes on at the end of the input, and ends with Ctrl-C', async () => {
  await using terminal = await openTerminal(`${process.execPath} ${RUN_JS} demo --step`, { NO_COLOR: '1' })
  await terminal.shows('[Enter]')
  await terminal.press('C-d')
  await terminal.shows(/\[Enter\].*\[Enter\]/s)
  await terminal.press('C-c')
  await terminal.shows('status 130')
})

it.skipIf(!hasTmux)('ctdbts sim has a prompt with help and completion at a terminal, and ends with Ctrl-C', async () => {
  await using terminal = await openTerminal(`${process.execPath} ${RUN_JS} sim --no-ssh`, { NO_COLOR: '1' })
  await terminal.shows('sim>')
  await terminal.press('help link', 'Enter')
  await terminal.shows('link NODE INTERFACE up|down  plug in or pull a cable')
  await terminal.press('restart-n', 'Tab')
  await terminal.shows('sim> restart-network')
  await terminal.press('1', 'Enter')
  await terminal.shows('not on an interface')
  await terminal.press('link 1 bo', 'Tab')
  await terminal.shows('sim> link 1 bond0')
  await terminal.press('C-c')
  await terminal.shows('status 0')
})
