import { dirname } from 'node:path'
import { Random } from '../../src/sim/world/random.ts'
import type { Mutant } from './mutant.ts'

/** Chooses mutants: one of each folder in turn, and in a folder one of each kind in turn, so that they are spread over the program. */
export function choose(mutants: readonly Mutant[], seed: number, count: number): Mutant[] {
  const random = new Random(seed)
  const shuffledGroups = (list: readonly Mutant[], key: (mutant: Mutant) => string) =>
    shuffled([...Map.groupBy(list, key).values()], random)
  const ofFolder = (folder: readonly Mutant[]) =>
    inTurn(shuffledGroups(folder, ({ kind }) => kind).map((sameKind) => shuffled(sameKind, random)))
  return inTurn(shuffledGroups(mutants, ({ file }) => dirname(file)).map(ofFolder)).slice(0, count)
}

/** The first of each list, then the second of each, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat()
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, order: random.between(0, 0x7fffffff) }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
