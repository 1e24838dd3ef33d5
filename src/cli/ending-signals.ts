/** How a program ends that a signal has ended: 128 and the signal's number. A lost terminal (SIGHUP) is one too. */
const EXIT_STATUS_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
export type EndingSignal = keyof typeof EXIT_STATUS_BY_SIGNAL
const SIGNALS = Object.keys(EXIT_STATUS_BY_SIGNAL) as EndingSignal[]

/** Hears the signals that end a program, which then do not end it. Returns what ends the hearing. */
export function onEndingSignal(heard: (signal: EndingSignal, exitStatus: number) => void): () => void {
  const listener = (signal: EndingSignal) => heard(signal, EXIT_STATUS_BY_SIGNAL[signal])
  for (const signal of SIGNALS) process.on(signal, listener)
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
}
