/**
 * Hears of bugs in what nobody waits for, of which Node would print the stack and end at once: so work can clean up, and fail with them as
 * with any other.
 */
export class Bugs implements Disposable {
  private readonly first = Promise.withResolvers<never>()

  constructor() {
    // It may come when nobody waits for anything.
    this.first.promise.catch(() => {})
    process.on('uncaughtException', this.first.reject)
    process.on('unhandledRejection', this.first.reject)
  }

  /** What `work` comes to. @throws what it throws; the first bug heard of, unless it ends before. */
  async orFail<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, this.first.promise])
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.first.reject)
    process.off('unhandledRejection', this.first.reject)
  }
}
