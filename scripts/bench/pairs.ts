// Two things measured in turn, A B A B …, so that a machine that gets slower or faster meanwhile does so for both. tinybench and
// mitata measure one after the other, which on a noisy machine compares two moments rather than two programs.

/** Ratios A/B of the pairs, sorted. */
export type Ratios = readonly number[]

const timeMs = async (step: () => unknown): Promise<number> => {
  const start = performance.now()
  await step()
  return performance.now() - start
}

/** Runs both `rounds` times after a warm-up, and returns the ratios of their times. */
export async function inTurn(rounds: number, a: () => unknown, b: () => unknown): Promise<Ratios> {
  const ratios: number[] = []
  for (let round = -1; round < rounds; round++) {
    const ratio = (await timeMs(a)) / (await timeMs(b))
    if (round >= 0) ratios.push(ratio)
  }
  return ratios.sort((x, y) => x - y)
}

/** One line of the report. */
export const reportLine = (what: string, ratios: Ratios, aim: string): string =>
  `${what.padEnd(64)} ${figures(ratios)}${aim === '' ? '' : `   (aim: ${aim})`}`

/** What is to be said of ratios. */
export function figures(ratios: Ratios): string {
  const at = (share: number) => (ratios[Math.floor(share * (ratios.length - 1))] ?? Number.NaN).toFixed(2)
  return `median ${at(0.5)}, half of them ${at(0.25)}–${at(0.75)}, ${ratios.length} pairs`
}
