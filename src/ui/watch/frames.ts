/** 30 a second: more is not seen. */
const FRAME_MS = 33

/** Draws at most so often, and soon after something has changed; however much has changed, once. */
export interface Frames {
  /** Something has changed. */
  request(): void
  /** Draws now. */
  now(): void
  /** Nothing is drawn any more. */
  end(): void
}

/** Calls `draw` for changes that are told of. */
export function framesOf(draw: () => void): Frames {
  let timer: NodeJS.Timeout | undefined
  let drawnAt = Number.NEGATIVE_INFINITY
  const now = () => {
    clearTimeout(timer)
    timer = undefined
    drawnAt = performance.now()
    draw()
  }
  return {
    request: () => {
      timer ??= setTimeout(now, Math.max(0, drawnAt + FRAME_MS - performance.now()))
    },
    now,
    end: () => clearTimeout(timer),
  }
}
