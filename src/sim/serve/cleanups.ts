/**
 * A stack of cleanup actions, run from the last to the first. (Node 22, which we support, has no AsyncDisposableStack.)
 */
export class Cleanups implements AsyncDisposable {
  private readonly actions: (() => unknown)[] = []

  add(action: () => unknown): void {
    this.actions.push(action)
  }

  use<T extends AsyncDisposable>(resource: T): T {
    this.add(() => resource[Symbol.asyncDispose]())
    return resource
  }

  /** Runs all actions. @throws the first error, after all have run. */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (let action = this.actions.pop(); action; action = this.actions.pop()) {
      try {
        await action()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
