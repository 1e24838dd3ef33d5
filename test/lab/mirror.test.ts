import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/commands/index.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { untilHealthy } from './harness/view.ts'
import { type Case, errorCases, optionCases, stateCases } from './mirror/cases.ts'
import { STORIES } from './mirror/changes.ts'
import { compare, differenceOf } from './mirror/compare.ts'
import { READS } from './mirror/reads.ts'
import { MIRROR_STATES } from './mirror/states.ts'
import { Tally } from './mirror/tally.ts'
import { tell } from './mirror/tell.ts'

const COMPATIBILITY = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url))

describeOnLab('every command that ctdb has too', (lab) => {
  const tally = new Tally()

  const compareAll = async (pnn: number, cases: readonly Case[]) => {
    for (const tested of cases) tally.record(tested, await compare(lab, pnn, tested))
  }

  describe.concurrent('with its options when all is well, and what it refuses', () => {
    it.each(READS)('$command', { timeout: 120_000 }, (read) => compareAll(0, [...optionCases(read), ...errorCases(read)]))
  })

  describe.each(MIRROR_STATES)('when $name', ({ enter, leave, asked, away }) => {
    beforeAll(() => enter(lab))
    afterAll(async () => {
      await leave(lab)
      await untilHealthy(lab)
    })
    describe.concurrent.each(asked)('asked on node $on of node $named', ({ on, named }) => {
      const commands = Map.groupBy(stateCases(named, away), ({ command }) => command)
      it.each([...commands])('%s', { timeout: 120_000 }, (_, cases) => compareAll(on, cases))
    })
  })

  it.each(STORIES)('told by each tool: $name', { timeout: 240_000 }, async (story) => {
    const theirs = await tell(lab, story, 'ctdb')
    const ours = await tell(lab, story, 'ctdbts')
    for (const [index, { argv, on = 0 }] of story.steps.entries()) {
      const [ctdb, ctdbts] = [theirs[index], ours[index]]
      if (!ctdb || !ctdbts) throw new Error(`step ${index} was not told`)
      const command = argv.find((word) => Object.hasOwn(COMMANDS, word)) ?? ''
      const tested: Case = { command, group: 'changes', argv, rule: undefined }
      const where = `step ${index}, on node ${on}: ${argv.join(' ')}`
      tally.record(tested, differenceOf(ctdb.run, ctdbts.run, tested, where))
      expect(ctdbts.looks, `the cluster after ${where}`).toEqual(ctdb.looks)
    }
  })

  it('differs only as docs/compatibility.md says', async () => {
    process.stdout.write(`${tally.combinations} combinations were compared\n`)
    expect(tally.unmet).toEqual([])
    await expect(compatibility(tally)).toMatchFileSnapshot(COMPATIBILITY)
  })
})

const compatibility = (tally: Tally): string => `# \`ctdbts\` and \`ctdb\`, side by side

Written by \`npm run test:lab -- -u\`; do not edit. Both tools were given the same command lines on a cluster of three nodes (Debian's ctdb 4.17);
standard output, standard error and exit status were compared, and after commands that change something, the cluster too. \`ip\` and \`status\` have
tests of their own, with many more combinations.

${tally.markdown(READS.map(({ command }) => command))}
`
