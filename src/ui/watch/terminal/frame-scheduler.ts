/** 30 frames a second. Nobody sees more. */
const FRAME_MS = 33

/** Draws one frame for any number of changes, soon after the first, and at most once in FRAME_MS. */
export interface FrameScheduler {
  /** Asks for a frame, after a change. */
  request(): void
  /** Draws now. */
  now(): void
  /** Draws nothing any more. */
  end(): void
}

/** Makes a scheduler that calls `draw` for each frame. */
export function frameScheduler(draw: () => void): FrameScheduler {
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
