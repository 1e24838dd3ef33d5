#!/usr/bin/env node
// Also runs in old versions of Node, to report that they are too old before anything else loads. Fetches built-in modules one by one,
// because an import of `node:fs` would load everything that belongs to it.
const OLDEST_NODE = '22.3'

// 22.0 to 22.2 have no way to fetch them so.
if (Number(process.versions.node.split('.')[0]) < 22 || process.getBuiltinModule === undefined) {
  process.stderr.write(
    `ctdbts needs Node.js ${OLDEST_NODE} or later, but this is ${process.version} (in a checkout, \`npx ctdbts\` brings its own)\n`,
  )
  process.exit(1)
}

const [fs, module, path, vm] = ['fs', 'module', 'path', 'vm'].map((name) => process.getBuiltinModule(`node:${name}`))
const argv = process.argv.slice(2)
const root = path.dirname(import.meta.dirname)
const program = path.join(root, 'dist/program')
const programUrl = new URL('../dist/program/', import.meta.url)
const requireByNode = module.createRequire(path.join(program, 'main.cjs'))
/** Which of the words is the command is not known yet. */
const candidates = candidatesOf(argv)
/** Commands that read whole clusters or long logs, most of which they forget soon. */
const LARGE = ['exporter', 'history', 'record', 'verify', 'watch']
if (candidates[0] !== 'autocomplete-words' && candidates.some((name) => LARGE.includes(name))) keepMemorySmall()

// Node's own loader with its compile cache takes twice as long (docs/decisions/0017): the parts of the program are loaded here, with the
// code that runs of the same command have left.
const mainSource = readMain()
const cacheFolder = findCacheFolder()
const build = /^\/\/ build ([0-9a-f]+)/.exec(mainSource)?.[1]
const codeFolder = cacheFolder && build && path.join(cacheFolder, `${build}-${process.version}-${process.arch}`)
/** Compiled code, by the name of the part; and the scripts of the parts that are loaded. */
const kept = readKept()
const scripts = new Map()
let allWereKept = true

requirePart.importModule = importModule
const { commandOf, main } = load('main.cjs', mainSource)
process.once('exit', () => codeFolder === undefined || allWereKept || keep(commandOf(argv)))
await main(argv, root)

/**
 * V8 would let its memory grow to three times what is in use, and the part for new objects to 48 MB; with this, a watch of 64 nodes takes half the
 * memory. It reads these flags whenever memory might grow. They are set before anything is compiled, as it refuses code from runs with other flags.
 */
function keepMemorySmall() {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=50']) setFlagsFromString(flag)
}

/** While the program is being updated, parts of it are missing for a moment. */
function readMain() {
  try {
    return read('main.cjs')
  } catch (error) {
    process.stderr.write(`ctdbts: a part of it is missing: ${error.message}\n  install it again (in a checkout: npm ci)\n`)
    process.exit(1)
  }
}

function read(part) {
  return fs.readFileSync(path.join(program, part), 'utf8')
}

/** Runs a part of the program, as `require` would. Node's loader finds it too, because oclif and the worker threads use that. */
function load(part, source = read(part)) {
  const filename = path.join(program, part)
  const cachedData = kept.get(part)
  const script = new vm.Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, { filename, cachedData })
  if (cachedData === undefined || script.cachedDataRejected) allWereKept = false
  scripts.set(part, script)
  const loaded = new module.Module(filename)
  loaded.filename = filename
  requireByNode.cache[filename] = loaded
  script.runInThisContext()(loaded.exports, requirePart, loaded, filename, program)
  loaded.loaded = true
  return loaded.exports
}

/** What the parts have for `require`. */
function requirePart(name) {
  if (name.startsWith('node:')) return process.getBuiltinModule(name)
  const part = /^\.\/([\w-]+\.cjs)$/.exec(name)?.[1]
  if (part === undefined) return requireByNode(name)
  const loaded = requireByNode.cache[path.join(program, part)]
  if (loaded) return loaded.exports
  let source
  try {
    source = read(part)
  } catch {
    // Reports what is wrong in Node's usual way.
    return requireByNode(name)
  }
  return load(part, source)
}

/** What the parts have for `import()`. Modules, as for the screen of `watch`, are loaded by Node. */
async function importModule(name) {
  if (name.endsWith('.mjs') && codeFolder && madeFolder(cacheFolder)) module.enableCompileCache(cacheFolder)
  return await import(name.startsWith('.') ? new URL(name, programUrl).href : name)
}

/**
 * The user's own folder. In Node's default, the temporary folder, somebody else could prepare code for an administrator to run. For the same
 * reason, no folder of another user is used, as HOME or XDG_CACHE_HOME may name after `su`, and none that others may write to.
 */
function findCacheFolder() {
  try {
    const home = process.getBuiltinModule('node:os').homedir()
    const given = process.env.XDG_CACHE_HOME ?? ''
    const above = path.isAbsolute(given) ? [given] : [home, path.join(home, '.cache')]
    const folder = path.join(above.at(-1), 'ctdbts')
    return [...above, folder].every(isOwnOrAbsent) ? folder : undefined
  } catch {
    // No cache: the start is slower.
    return undefined
  }
}

function isOwnOrAbsent(folder) {
  const found = fs.statSync(folder, { throwIfNoEntry: false })
  return found === undefined || (found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0)
}

/**
 * Whether there is such a folder now, with the one that it is in. Not made by `recursive`, which tries without end where no folder can be made, as under
 * /proc.
 */
function madeFolder(folder) {
  try {
    for (const each of [path.dirname(folder), folder]) if (!fs.existsSync(each)) fs.mkdirSync(each, { mode: 0o700 })
    return true
  } catch {
    return false
  }
}

/** The names under one of which the code of this run is kept. */
function candidatesOf(words) {
  if (words.some((word) => /^(?:help|--help|-[h?])$/.test(word))) return ['help']
  const names = words.filter((word) => /^[a-z][a-z-]*$/.test(word))
  return names.length > 0 ? names : ['none']
}

/** The code that a run of the same command has left. Only commands leave code. */
function readKept() {
  if (!codeFolder || !isOwnOrAbsent(codeFolder)) return new Map()
  for (const name of candidates) {
    try {
      return unpack(fs.readFileSync(path.join(codeFolder, name)))
    } catch {
      // The next one, or without: the start is slower.
    }
  }
  return new Map()
}

/** A line with a check sum and the name and size of each code, and the codes. V8 would crash on codes that are not whole. */
function unpack(bytes) {
  const start = bytes.indexOf('\n') + 1
  const { sum, sizes } = JSON.parse(bytes.toString('utf8', 0, start))
  if (sum !== checkSum(bytes.subarray(start))) throw new Error('damaged')
  const codes = new Map()
  let at = start
  for (const [part, size] of sizes) {
    codes.set(part, bytes.subarray(at, at + size))
    at += size
  }
  return codes
}

function checkSum(bytes) {
  return process.getBuiltinModule('node:zlib').crc32(bytes)
}

/** Removes the code of builds that were last added to a month ago: a program is updated, and Node too. */
function forgetOtherBuilds() {
  const old = Date.now() - 30 * 24 * 3_600_000
  for (const name of fs.readdirSync(cacheFolder)) {
    const folder = path.join(cacheFolder, name)
    if (/^[0-9a-f]{16}-v/.test(name) && fs.statSync(folder).mtimeMs < old) fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Keeps the code of all that has been loaded, with the functions that were compiled when they were called. */
function keep(command = 'none') {
  const file = path.join(codeFolder, command)
  const own = `${file}.${process.pid}`
  try {
    for (const [part, script] of scripts) kept.set(part, script.createCachedData())
    const bytes = Buffer.concat([...kept.values()])
    const sizes = [...kept].map(([part, { length }]) => [part, length])
    const head = JSON.stringify({ sum: checkSum(bytes), sizes })
    const isFirst = !fs.existsSync(codeFolder)
    if (!madeFolder(cacheFolder) || !madeFolder(codeFolder) || !isOwnOrAbsent(codeFolder)) return
    if (isFirst) forgetOtherBuilds()
    fs.writeFileSync(own, Buffer.concat([Buffer.from(`${head}\n`), bytes]), { flag: 'wx', mode: 0o600 })
    fs.renameSync(own, file)
  } catch {
    removeIfThere(own)
  }
}

function removeIfThere(file) {
  try {
    fs.rmSync(file, { force: true })
  } catch {
    // There is no such folder.
  }
}
