/** What is in progress; a function where that changes. */
export type Doing = string | (() => string)

/** Shows on a terminal what is in progress, and for how long; prints nothing elsewhere. Returns a function that ends it. */
export function showProgress(what: Doing): () => void {
  if (!process.stderr.isTTY) return () => {}
  const start = Date.now()
  let width = 0
  const draw = () => {
    const text = `${typeof what === 'string' ? what : what()} ${Math.round((Date.now() - start) / 1000)} s `
    width = Math.max(width, text.length)
    process.stderr.write(`\r${text.padEnd(width)}`)
  }
  const timer = setInterval(draw, 1000)
  draw()
  return () => {
    clearInterval(timer)
    process.stderr.write(`\r${' '.repeat(width)}\r`)
  }
}
