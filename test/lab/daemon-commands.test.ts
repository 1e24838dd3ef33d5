import { describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { runBoth, type Shown } from './side-by-side/compare.ts'

const words = (line: string): string[] => line.split(' ')

/** Commands whose output does not change by itself. */
const STEADY = [
  'runstate',
  'runstate running',
  'runstate setup STARTUP',
  'runstate frob',
  'getvar IPAllocAlgorithm',
  'getvar ipallocalgorithm',
  'getvar NoSuchVar',
  'getvar DeterministicIPs',
  'setvar NoSuchVar 1',
  'setvar NoIPFailback zero',
  'setvar NoIPFailback 99999999999999999999',
  'listvars',
  '-X listvars',
  'getcapabilities',
  '-X getcapabilities',
  '-Yx, getcapabilities',
  'getreclock',
  'getdebug',
  'setdebug frob',
  'setdebug 11',
  'process-exists 1',
  'process-exists frob',
  'process-exists 1 0xf101000000000000',
  'process-exists 1 frob',
  'getdbmap',
  '-X getdbmap',
  'getdbstatus ctdb.tdb',
  'getdbstatus 0x6645c6c4',
  'getdbstatus frob',
  'getdbstatus 0x1',
  'dbstatistics ctdb.tdb',
  'dbstatistics 0x6645c6c4',
  'dbstatistics frob',
  'leader',
  'leader too many words',
  'version',
  'version too many words',
]

/** Commands whose output contains numbers that change all the time. The text around them is compared. */
const SHAPES = [
  'uptime',
  'ping',
  'ping too many words',
  'statistics',
  '-X statistics',
  '-Yx; statistics',
  'stats 2',
  '-X stats 3',
]

/** Commands that change a setting, each with the command that shows it. The last ones restore the settings. */
const SETTINGS = [
  ['setvar NoIPTakeover 0x1', 'getvar NoIPTakeover'],
  ['setvar noiptakeover 2x', 'getvar NoIPTakeover'],
  ['setvar NoIPTakeover 4294967296', 'getvar NoIPTakeover'],
  ['setdebug DEB', 'getdebug'],
  ['setdebug 4', 'getdebug'],
  ['setdebug notice', 'getdebug'],
  ['setlmasterrole off', 'getcapabilities'],
  ['setlmasterrole on', 'getcapabilities'],
  ['setleaderrole off', '-X getcapabilities'],
  ['setleaderrole on', '-X getcapabilities'],
  ['statisticsreset', 'runstate'],
] as const

const shape = ({ stdout, stderr, status }: Shown): Shown => ({
  stdout: stdout
    .replace(/\d+(\.\d+)?/g, 'N')
    .replace(/ +N/g, ' N')
    .replace(/\b(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \w{3} /g, 'DAY '),
  stderr,
  status,
})

describeOnLab('daemon commands print and return the same as the real tool', (lab) => {
  describe.each([
    { which: 'the local node', node: [] },
    { which: 'another node', node: ['-n', '1'] },
    { which: 'a node that does not exist', node: ['-n', '9'] },
  ])('on $which', ({ node }) => {
    it.concurrent.for(STEADY)('%s', async (line, { expect }) => {
      const { ctdb, ctdbts } = await runBoth(lab, 0, [...node, ...words(line)])
      expect(ctdbts).toEqual(ctdb)
    })

    it.concurrent.for(SHAPES)('%s, apart from numbers', async (line, { expect }) => {
      const argv = [...node, ...words(line)]
      const [ctdb, ctdbts] = [await lab.ctdb(0, ...argv), await lab.ctdbts(0, ...argv)]
      expect(shape(ctdbts)).toEqual(shape(ctdb))
    })
  })

  describe.each([
    { which: 'the local node', node: [] },
    { which: 'another node', node: ['-n', '2'] },
  ])('set on $which', ({ node }) => {
    it.each(SETTINGS)('%s, then %s', async (set, look) => {
      const both = async (program: 'ctdb' | 'ctdbts') => [
        await lab[program](0, ...node, ...words(set)),
        await lab.ctdb(0, ...node, ...words(look)),
      ]
      const theirs = (await both('ctdb')).map(shown)
      expect((await both('ctdbts')).map(shown)).toEqual(theirs)
    })
  })

  it('finds a connected client', async () => {
    for (const pid of lab.pnns.map((pnn) => lab.recoverdPid(pnn))) {
      for (const line of [`process-exists ${pid}`, `process-exists ${pid} 0xfb00000000000000`]) {
        const { ctdb, ctdbts } = await runBoth(lab, 0, words(line))
        expect(ctdbts).toEqual(ctdb)
      }
    }
  })
})

const shown = ({ stdout, stderr, status }: Shown): Shown => ({ stdout, stderr, status })
