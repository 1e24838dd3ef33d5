import { pick, type Random } from './random.ts'

/** The text of a home_nodes file. */
export type WriteHomes = (homes: readonly (readonly [address: string, pnn: number])[], random: Random) => string

const plain: WriteHomes = (homes) => homes.map(([address, pnn]) => `${address} ${pnn}\n`).join('')

/** Ways in which the file can be written: the first is as it should be. */
export const HOME_FILES: readonly WriteHomes[] = [
  plain,
  (homes, random) =>
    plain(
      homes.filter(() => pick(random, [true, false])),
      random,
    ),
  (homes, random) => `# the homes\n${plain(homes, random)}`,
  (homes, random) => `#\n${plain(homes, random)}`,
  (homes, random) => plain(homes, random).replaceAll('\n', '\r\n'),
  (homes) => homes.map(([address, pnn]) => `\t${address}\t ${pnn} or so`).join('\n\n'),
  (homes, random) => plain([...homes, ...homes.map(([address, pnn]) => [address, pnn + 1] as const)], random),
  (homes) => homes.map(([address, pnn], index) => `${address} ${pnn + (index % 2) * 7}\n`).join(''),
  (homes) => homes.map(([address, pnn]) => `${address.replace('fd00:99:1::', 'FD00:0099:1:0:0::')} 0${pnn}\n`).join(''),
  (homes, random) => `10.99.1.77 1\n10.99.1.131\n${plain(homes, random)}`,
  (homes, random) => plain(homes, random).replace(' ', '/24 '),
  (homes, random) => plain(homes, random).replace('\n', 'x\n'),
  (homes, random) => plain(homes, random).replace(/ (?=\d\n)/, ' -'),
  (homes, random) => plain(homes, random).replace(/ (?=\d\n)/, ' +'),
  (homes, random) => plain(homes, random).replace(/ \d\n/, ' 9999999999\n'),
]
