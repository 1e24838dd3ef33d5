import type { Lab } from '../harness/lab.ts'
import type { Group } from './cases.ts'

/** One command of a story, and what has to be the same after it. */
export interface Step {
  /** The node on which it runs; 0 by default. */
  readonly on?: number
  readonly argv: readonly string[]
  /** The column of the table in docs/compatibility.md; changes by default. */
  readonly group?: Group
  /** The states of the nodes after it. The step ends when all nodes see them. */
  readonly settled?: readonly string[]
  /** Command lines of `ctdb`, on node 0, that have to print the same after both tools. */
  readonly look?: readonly (readonly string[])[]
  /** Runs before the command. */
  readonly prepare?: (lab: Lab) => Promise<void> | void
}

/** A sequence of commands that begins and ends with a healthy cluster. Both tools run it, one after the other. */
export interface Story {
  readonly name: string
  readonly steps: readonly Step[]
}

/** The states of three healthy nodes. */
export const OK = ['OK', 'OK', 'OK']
