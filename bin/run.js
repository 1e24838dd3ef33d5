#!/usr/bin/env node
// Also runs in old versions of Node, to report that they are too old before anything else loads. Fetches built-in modules one by one,
// because an import of `node:fs` would load everything that belongs to it.
const OLDEST_NODE = 22

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `ctdbts needs Node.js ${OLDEST_NODE} or later, but this is ${process.version} (in a checkout, \`npx ctdbts\` brings its own)\n`,
  )
  process.exit(1)
}

const [fs, module, path, vm] = ['fs', 'module', 'path', 'vm'].map((name) => process.getBuiltinModule(`node:${name}`))
const argv = process.argv.slice(2)
const root = path.dirname(import.meta.dirname)
const program = path.join(root, 'dist/program')
const requireByNode = module.createRequire(path.join(program, 'main.cjs'))

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

const { commandOf, main } = load('main.cjs', mainSource)
process.once('exit', () => codeFolder === undefined || allWereKept || keep(commandOf(argv)))
await main(argv, root)

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
  const script = new vm.Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
    filename,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
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
  // A module that it imports, as for the screen of `watch`, is loaded by Node.
  if (cacheFolder && source.includes('.mjs')) module.enableCompileCache(cacheFolder)
  return load(part, source)
}

/**
 * The user's own folder. In Node's default, the temporary folder, somebody else could prepare code for an administrator to run; for the
 * same reason, a home folder of another user is not used.
 */
function findCacheFolder() {
  try {
    const home = process.getBuiltinModule('node:os').homedir()
    if (fs.statSync(home).uid !== process.getuid()) return undefined
    return path.join(process.env.XDG_CACHE_HOME || path.join(home, '.cache'), 'ctdbts')
  } catch {
    // No home folder, no cache: the start is slower.
    return undefined
  }
}

/** The code that a run of the same command has left. Which of the words is the command is not known yet, but only commands leave code. */
function readKept() {
  if (!codeFolder) return new Map()
  const names = argv.filter((word) => /^[a-z][a-z-]*$/.test(word))
  const isHelp = argv.some((word) => /^(?:help|--help|-[h?])$/.test(word))
  const candidates = isHelp ? ['help'] : names.length > 0 ? names : ['none']
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
  const codes = new Map()
  let at = start
  for (const [part, size] of sizes) {
    codes.set(part, bytes.subarray(at, at + size))
    at += size
  }
  if (at !== bytes.length || sum !== checkSum(bytes.subarray(start))) throw new Error('damaged')
  return codes
}

/** Of samples from each sector: files lose whole ones, when the power goes. A sum over all bytes would take longer than it saves. */
function checkSum(bytes) {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  let sum = bytes.length
  for (let at = 0; at < words.length; at += 16) sum = (Math.imul(sum, 31) + words[at]) | 0
  return sum
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
    // Not `recursive`, which tries without end where no folder can be made, as under /proc.
    for (const folder of [path.dirname(cacheFolder), cacheFolder, codeFolder]) if (!fs.existsSync(folder)) fs.mkdirSync(folder)
    if (isFirst) forgetOtherBuilds()
    // The codes begin at a multiple of 4 bytes.
    fs.writeFileSync(own, Buffer.concat([Buffer.from(`${head.padEnd(head.length | 3)}\n`), bytes]))
    fs.renameSync(own, file)
  } catch {
    fs.rmSync(own, { force: true })
  }
}
