/** The exit status of a program that a signal has ended: 128 plus the signal's number. SIGHUP means that the terminal was lost. */
export const EXIT_STATUS_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
export type TerminationSignal = keyof typeof EXIT_STATUS_BY_SIGNAL
const SIGNALS = Object.keys(EXIT_STATUS_BY_SIGNAL) as TerminationSignal[]

/** Handles the signals that end a program, which then do not end it. Returns a function that removes the handler. */
export function onTerminationSignal(onSignal: (signal: TerminationSignal, exitStatus: number) => void): () => void {
  const listener = (signal: TerminationSignal) => onSignal(signal, EXIT_STATUS_BY_SIGNAL[signal])
  for (const signal of SIGNALS) process.on(signal, listener)
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
}
