import { type Case, GROUPS, type Group } from './cases.ts'
import { DIFFERENCES, type Difference } from './differences.ts'
import { READS } from './reads.ts'

/** Counts the results of the comparisons, for a table with a row for each command. */
export class Tally {
  private readonly counts = new Map<string, number>()
  private readonly met = new Map<string, Set<Difference>>()
  private readonly different = new Map<string, number>()

  record({ command, group }: Pick<Case, 'command' | 'group'>, difference: Difference | undefined): void {
    const key = `${command} ${group}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    if (!difference) return
    this.different.set(key, (this.different.get(key) ?? 0) + 1)
    this.met.set(key, (this.met.get(key) ?? new Set()).add(difference))
  }

  /** The intended differences that did not occur. */
  get unmet(): string[] {
    const met = [...this.met.values()].flatMap((differences) => [...differences])
    return DIFFERENCES.filter((difference) => !met.includes(difference)).map(({ why }) => why)
  }

  get combinations(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** The table and the lists of docs/compatibility.md. */
  markdown(commands: readonly string[]): string {
    const rows = commands.map((command) => `| \`${command}\` | ${GROUPS.map((group) => this.cell(command, group)).join(' | ')} |`)
    const reasons = DIFFERENCES.map(({ why }, index) => `- (${letter(index)}) ${why}`)
    const rules = new Map(READS.flatMap(({ rule }) => (rule ? [[rule.why, rule] as const] : [])))
    const ruled = [...rules.keys()].map((why) => {
      const names = READS.filter(({ rule }) => rule?.why === why).map(({ command }) => `\`${command}\``)
      return `- ${names.join(', ')}: ${why}`
    })
    return [
      ...['| command |', '| --- |'].map(
        (start, row) => `${start} ${GROUPS.map((group) => (row === 0 ? group : '---')).join(' | ')} |`,
      ),
      ...rows,
      '',
      'Intended differences:',
      '',
      ...reasons,
      '',
      'Not compared, because it differs between any two runs:',
      '',
      ...ruled,
    ].join('\n')
  }

  private cell(command: string, group: Group): string {
    const key = `${command} ${group}`
    const count = this.counts.get(key)
    if (count === undefined) return '–'
    const reasons = DIFFERENCES.flatMap((difference, index) => (this.met.get(key)?.has(difference) ? [letter(index)] : []))
    const differing = this.different.get(key) ?? 0
    return reasons.length === 0 ? `${count} same` : `${count - differing} same, ${differing} differ (${reasons.join(', ')})`
  }
}

const letter = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + index)
