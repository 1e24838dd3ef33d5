// Loaded with --require: tells as JSON on standard error, at its end, what a program loaded: files by `require`, and modules of Node.
process.on('exit', () => {
  const files = Object.keys(require.cache).filter((path) => path !== __filename)
  const builtins = process.moduleLoadList.flatMap((name) => /^NativeModule ([a-z_]+)$/.exec(name)?.[1] ?? [])
  process.stderr.write(JSON.stringify({ files, builtins }))
})
