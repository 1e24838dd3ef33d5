import { describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { runBoth, type Shown } from './side-by-side/compare.ts'

const words = (line: string): string[] => line.split(' ')

/** Commands whose output stays the same as long as nobody changes anything. */
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

/** Commands whose output has numbers that never stay the same; the shape of it does. */
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

/** Commands that set something, each with the one that shows it. They set it back in the end. */
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

describeOnLab('the commands for daemons print and return what the real tool does', (lab) => {
  describe.each([
    { which: 'the local node', node: [] },
    { which: 'another node', node: ['-n', '1'] },
    { which: 'a node that does not exist', node: ['-n', '9'] },
  ])('on $which', ({ node }) => {
    it.each(STEADY)('%s', async (line) => {
      const { ctdb, ctdbts } = await runBoth(lab, 0, [...node, ...words(line)])
      expect(ctdbts).toEqual(ctdb)
    })

    it.each(SHAPES)('%s, but for the numbers', async (line) => {
      const argv = [...node, ...words(line)]
      const [ctdb, ctdbts] = [await lab.ctdb(0, ...argv), await lab.ctdbts(0, ...argv)]
      expect(shape(ctdbts)).toEqual(shape(ctdb))
    })
  })

  describe.each([
    { which: 'the local node', node: [] },
    { which: 'another node', node: ['-n', '2'] },
  ])('set on $which', ({ node }) => {
    it.each(SETTINGS)('%s, and %s after it', async (set, look) => {
      const both = async (program: 'ctdb' | 'ctdbts') => [
        await lab[program](0, ...node, ...words(set)),
        await lab.ctdb(0, ...node, ...words(look)),
      ]
      const theirs = (await both('ctdb')).map(shown)
      expect((await both('ctdbts')).map(shown)).toEqual(theirs)
    })
  })

  it('finds a client that is there', async () => {
    const pids = (await lab.must(0, 'sh', '-c', 'pgrep -f ctdb-recoverd || pgrep ctdb_recoverd')).trim().split('\n')
    for (const pid of pids) {
      for (const line of [`process-exists ${pid}`, `process-exists ${pid} 0xfb00000000000000`]) {
        const { ctdb, ctdbts } = await runBoth(lab, 0, words(line))
        expect(ctdbts).toEqual(ctdb)
      }
    }
  })
})

const shown = ({ stdout, stderr, status }: Shown): Shown => ({ stdout, stderr, status })
