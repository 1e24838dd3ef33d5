import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, type ExpectStatic, expect, it } from 'vitest'
import { COMMANDS } from '../../src/commands/index.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { untilHealthy } from './harness/view.ts'
import { type Case, errorCases, optionCases, stateCases } from './mirror/cases.ts'
import { STORIES } from './mirror/changes.ts'
import { compare, differenceOf } from './mirror/compare.ts'
import { ABSENCE_STORIES } from './mirror/database-absences.ts'
import { DATABASE_STORIES } from './mirror/database-changes.ts'
import { attachDatabases } from './mirror/database-reads.ts'
import { SIZE_STORIES } from './mirror/database-sizes.ts'
import { READS } from './mirror/reads.ts'
import { runStory } from './mirror/run-story.ts'
import { MIRROR_STATES } from './mirror/states.ts'
import { Tally } from './mirror/tally.ts'

const COMPATIBILITY = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url))

describeOnLab('every command that ctdb also has', (lab) => {
  const tally = new Tally()

  const compareAll = async (pnn: number, cases: readonly Case[], expect: ExpectStatic) => {
    for (const tested of cases) tally.record(tested, await compare(lab, pnn, tested, expect))
  }

  // By default a daemon adds to what `stats` shows every second, less time than three runs take beside others.
  beforeAll(() => lab.setTunable('StatHistoryInterval', 3600))
  beforeAll(() => attachDatabases(lab))
  afterAll(() => lab.setTunable('StatHistoryInterval', 1))

  describe.concurrent('with every option in a healthy cluster, and with invalid arguments', () => {
    it.for(READS)('$command', { timeout: 240_000 }, (read, { expect }) =>
      compareAll(0, [...optionCases(read), ...errorCases(read)], expect),
    )
  })

  describe.each(MIRROR_STATES)('when $name', ({ enter, leave, targets, away }) => {
    beforeAll(() => enter(lab))
    afterAll(async () => {
      await leave(lab)
      await untilHealthy(lab)
    })
    describe.concurrent.each(targets)('run on node $on, about $subject', ({ on, named }) => {
      const commands = Map.groupBy(stateCases(named, away), ({ command }) => command)
      it.for([...commands])('%s', { timeout: 240_000 }, ([, cases], { expect }) => compareAll(on, cases, expect))
    })
  })

  it.each([...STORIES, ...DATABASE_STORIES, ...SIZE_STORIES, ...ABSENCE_STORIES])(
    'run by each tool in turn: $name',
    { timeout: 480_000 },
    async (story) => {
      const theirs = await runStory(lab, story, 'ctdb')
      const ours = await runStory(lab, story, 'ctdbts')
      for (const [index, { argv, on = 0, group = 'changes' }] of story.steps.entries()) {
        const [ctdb, ctdbts] = [theirs[index], ours[index]]
        if (!ctdb || !ctdbts) throw new Error(`step ${index} was not told`)
        const command = argv.find((word) => Object.hasOwn(COMMANDS, word)) ?? ''
        const tested: Case = { command, group, argv, rule: undefined }
        const where = `step ${index}, on node ${on}: ${argv.join(' ')}`
        tally.record(tested, differenceOf(ctdb.run, ctdbts.run, tested, where, expect))
        expect(ctdbts.looks, `the cluster after ${where}`).toEqual(ctdb.looks)
      }
    },
  )

  it('differs only as docs/compatibility.md says', async () => {
    process.stdout.write(`${tally.combinations} combinations were compared\n`)
    expect(tally.unmet).toEqual([])
    await expect(compatibility(tally)).toMatchFileSnapshot(COMPATIBILITY)
  })
})

const compatibility = (tally: Tally): string => `# \`ctdbts\` and \`ctdb\`, side by side

\`npm run test:lab -- -u\` writes this page; do not edit it. The tests run both tools with the same command lines on a cluster of three nodes (Debian's ctdb
4.17). They compare standard output, standard error and exit status. After commands that change something, they also compare the clusters. \`ip\` and
\`status\` have tests of their own, with many more combinations.

${tally.markdown(READS.map(({ command }) => command))}
`
