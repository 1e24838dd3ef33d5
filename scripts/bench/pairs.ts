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

/** The value of a sorted list behind a share of the others; NaN if it is empty. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN

/** How many milliseconds a step takes by a clock: the median of several runs. */
export function medianMs(runs: number, step: () => unknown, clockMs = (): number => performance.now()): number {
  const times = Array.from({ length: runs }, () => {
    const start = clockMs()
    step()
    return clockMs() - start
  })
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  )
}

/** What is to be said of ratios. */
export function figures(ratios: Ratios): string {
  const at = (share: number) => quantile(ratios, share).toFixed(2)
  return `median ${at(0.5)}, half of them ${at(0.25)}–${at(0.75)}, ${ratios.length} pairs`
}
