import { execa } from 'execa'
import type { RunResult } from '../../support/program.ts'
import { runResultOf } from '../../support/run-result.ts'
import type { LabNode } from './node-files.ts'

/** The options of `nsenter` for a node. */
export const inside = ({ holderPid }: LabNode): readonly string[] => ['-t', String(holderPid), '-n', '-m', '--']

/** Runs an argument vector in a node's namespaces. The working directory is `/`, so paths have to be absolute. */
export async function runOn(node: LabNode, argv: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
  const result = await execa('nsenter', [...inside(node), ...argv], {
    env,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    // At its time limit (-T), `ctdb` kills its whole process group. That must not be ours.
    detached: true,
  })
  return runResultOf(result)
}

/**
 * Runs an argument vector that has to succeed in a node's namespaces.
 * @returns its standard output.
 * @throws Error with its output when it fails.
 */
export async function mustRunOn(node: LabNode, argv: readonly string[]): Promise<string> {
  const { stdout, stderr, status } = await runOn(node, argv)
  if (status !== 0) throw new Error(`node ${node.pnn}: ${argv.join(' ')} failed with status ${status}: ${stdout}${stderr}`)
  return stdout
}
