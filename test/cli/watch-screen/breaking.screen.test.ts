import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTmux } from '../../support/terminal.ts'
import { choose, openWatch, SIM, SIM_TITLE, type WatchScreen } from '../../support/watch-screen.ts'

const ADDRESS = '172.16.146.131'

async function breakIt(screen: WatchScreen, line: string): Promise<void> {
  await screen.press('b')
  await choose(screen, line)
  await screen.shows(new RegExp(`✓ Done: ${line}`))
}

/** What stands on the map under the names of the nodes. */
const nodesAre = async (screen: WatchScreen, what: RegExp) =>
  await expect.poll(async () => (await screen.screen()).split('\n')[2], { timeout: 20_000 }).toMatch(what)

describe.skipIf(!hasTmux)('a watch shows what is broken and repaired with b', () => {
  let screen: WatchScreen
  beforeAll(async () => {
    screen = await openWatch(SIM)
    await screen.shows(SIM_TITLE)
    // Node 3 stays the one in mind, whoever owns the address.
    await screen.press('l', 'l', 'l', 'l')
  })
  afterAll(async () => await screen?.[Symbol.asyncDispose]())

  it('an address that a second node has too', async () => {
    await breakIt(screen, `add-address 0 ${ADDRESS}/24 bond0`)
    // That can be over before the next look; what the daemons tell of it is not missed.
    await screen.shows(new RegExp(`node 0 released ${ADDRESS}`))
    await screen.shows(new RegExp(`^${ADDRESS} .*● held`, 'm'))
  }, 60_000)

  it('a cable unplugged, and plugged in', async () => {
    await breakIt(screen, 'link 3 bond0 down')
    await nodesAre(screen, /UNHEALTHY/)
    await screen.shows(/5 addresses left it|172\.16\.146\.1\d\d moved from node 3/)
    await breakIt(screen, 'link 3 bond0 up')
    await nodesAre(screen, /^20 addresses +(OK bond0 +){4}/)
  }, 60_000)

  it('a node cut off, and back', async () => {
    await breakIt(screen, 'part 3')
    await nodesAre(screen, /DISCONN|no answer|BANNED|\?/)
    await breakIt(screen, 'heal')
    await nodesAre(screen, /^20 addresses +(OK bond0 +){4}/)
  }, 60_000)
})
