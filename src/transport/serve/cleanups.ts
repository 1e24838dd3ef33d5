/**
 * What has to be undone at the end, the last first. (Node 22, which we support, has no AsyncDisposableStack.)
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

  /** @throws the first error; all the rest is undone nevertheless. */
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
