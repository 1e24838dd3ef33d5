/** A control that a node refuses, or that does not reach it. `status` is not 0, and negative in most cases. */
export class ControlFailure extends Error {
  readonly status: number

  constructor(status: number, text = '') {
    super(text)
    this.status = status
  }
}
