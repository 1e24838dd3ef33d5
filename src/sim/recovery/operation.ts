import type { Log } from '../daemon/log.ts'
import type { Program } from '../process/program.ts'

/** Takeover runs or recoveries: one at a time, and other programs may disable them for a while. */
export class Operation {
  private readonly name: 'takeover runs' | 'recoveries'
  private readonly program: Program
  private readonly log: Log
  private endDisabled: (() => void) | undefined
  private inProgress = false

  constructor(name: 'takeover runs' | 'recoveries', program: Program, log: Log) {
    this.name = name
    this.program = program
    this.log = log
  }

  get isDisabled(): boolean {
    return this.endDisabled !== undefined
  }

  /** Returns whether it may begin now. If so, the caller has to call `end`. */
  begin(): boolean {
    if (this.isDisabled) this.log('recoverd', 'cannotBegin', this.name)
    if (this.isDisabled || this.inProgress) return false
    this.inProgress = true
    return true
  }

  end(): void {
    this.inProgress = false
  }

  /** Disables it for some seconds; 0 enables it again. Returns false, without disabling it, while it is in progress. */
  disable(seconds: number): boolean {
    if (seconds > 0 && this.inProgress) {
      this.log('recoverd', 'cannotDisable', this.name)
      return false
    }
    this.endDisabled?.()
    this.endDisabled = undefined
    if (seconds === 0) {
      this.log('recoverd', 'reenabling', this.name)
      return true
    }
    this.log('recoverd', 'disabling', this.name, seconds)
    this.endDisabled = this.program.after(seconds * 1000, () => {
      this.log('recoverd', 'reenablingAfterTimeout', this.name)
      this.endDisabled = undefined
    })
    return true
  }
}
