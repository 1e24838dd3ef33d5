import { expect, it } from 'vitest'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { RUN_JS } from '../support/program.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

const IP = '172.16.146.131'
/** What the recovery daemons say of one request. */
const RUNS_OF_ALL = [0, 1, 2].flatMap((pnn) => [`${pnn} Disabling`, `${pnn} Reenabling`])

it.skipIf(!hasTmux)('moveip enables takeover runs again when its terminal is lost', async () => {
  const said: string[] = []
  await using server = await startSimServer({
    layout: uniformLayout(3, 3),
    era: 'now',
    seed: 1,
    speed: 5,
    upForMs: 20_000,
    log: ({ pnn, text }) => {
      if (/^(Disabling|Reenabling) takeover runs/.test(text)) said.push(`${pnn} ${text.split(' ')[0]}`)
    },
  })
  said.length = 0
  const { daemon } = server.cluster.world.nodes[0]!
  const owner = daemon!.publicIps.known().find(({ address }) => address.address === IP)!.pnn
  server.cluster.carryOut(`script ${owner} releaseip 300`)
  const command = `exec ${process.execPath} ${RUN_JS} -v moveip ${IP} ${owner === 0 ? 1 : 0}`
  const terminal = await openTerminal(command, { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '' })
  await terminal.shows('Takeover runs are disabled')
  await terminal[Symbol.asyncDispose]()
  await expect.poll(() => said.slice(0, 6).toSorted(), { timeout: 10_000 }).toEqual(RUNS_OF_ALL)
})
