/**
 * Catches errors that nobody handles, for which Node would print the stack and end at once, so that work can clean up and fail with them as
 * with any other error.
 */
export class UncaughtErrors implements Disposable {
  private readonly first = Promise.withResolvers<never>()

  constructor() {
    // It may come while nobody awaits it.
    this.first.promise.catch(() => {})
    process.on('uncaughtException', this.first.reject)
    process.on('unhandledRejection', this.first.reject)
  }

  /** The result of `work`. @throws what it throws; the first uncaught error, unless it ends before. */
  async orFail<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, this.first.promise])
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.first.reject)
    process.off('unhandledRejection', this.first.reject)
  }
}
