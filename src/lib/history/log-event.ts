import type { ReadMessage } from '../log/reader.ts'

/** A line of a log as it is kept. */
export interface LogEvent {
  readonly source: LogSource
  /** By the clock of its node, milliseconds since 1970. */
  rawMs: number
  /** How often that clock was set back before, as far as the order of the lines shows it. */
  readonly step: number
  readonly read: ReadMessage
  readonly program: string
  readonly pid: number
  readonly text: string
  readonly lineNumber: number
  readonly heading: string | undefined
}

/** The lines that one host wrote into one file. */
export interface LogSource {
  /** As the user gave it; `-` is standard input. */
  readonly file: string
  /** The node that the user named for the file. */
  readonly given: number | undefined
  /** Of a log that was read from a machine, from somewhere in it, so that numbers of lines mean nothing: the host name; empty if not known. */
  readonly machine?: string | undefined
  /** Empty if the lines do not name it. */
  readonly host: string
  steps: number
  /** Once all files are read. */
  events: LogEvent[]
}
