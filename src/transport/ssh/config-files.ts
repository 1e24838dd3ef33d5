import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import sshConfig, { type Directive, type Line, type Section } from 'ssh-config'
import { CtdbtsError } from '../../lib/errors.ts'
import { reasonOf } from './errors.ts'
import { matchesList } from './patterns.ts'

/** A value of the configuration, and where it comes from. */
export interface Setting {
  readonly words: readonly string[]
  readonly file: string
}

/** What the configuration says of a host: keyword in lower case → its values, of which all but IdentityFile have one. */
export type Settings = ReadonlyMap<string, readonly Setting[]>

/** Whom the configuration is asked about. */
export interface Asked {
  /** As the user has named it. */
  readonly host: string
  readonly user: string | undefined
  readonly localUser: string
}

export interface ConfigOptions {
  readonly home: string
  /** Instead of the usual two; `none` for none at all. */
  readonly configFile: string | undefined
  readonly onNotice: (text: string) => void
}

/** A file that is read, and how. */
interface Source {
  readonly file: string
  /** What relative names in Include are relative to. */
  readonly folder: string
  readonly depth: number
}

const SYSTEM_FOLDER = '/etc/ssh'
/** As in OpenSSH. */
const MAX_INCLUDES = 16
/** Either keyword keeps the other from having a say. */
const PROXY = ['proxyjump', 'proxycommand']
const REPEATABLE = new Set(['identityfile'])
const CRITERIA = new Set(['host', 'originalhost', 'user', 'localuser'])

/** OpenSSH's configuration files, each read once. */
export class ConfigFiles {
  private readonly options: ConfigOptions
  private readonly parsed = new Map<string, readonly Line[] | undefined>()

  constructor(options: ConfigOptions) {
    this.options = options
  }

  /**
   * What the files say of a host; the first value of a keyword counts.
   * @throws CtdbtsError SSH_CONFIG for a file that cannot be read or understood.
   */
  settingsFor(asked: Asked): Settings {
    const { home, configFile } = this.options
    const user = join(home, '.ssh')
    const search = new Search(asked, this.options, (source) => this.linesOf(source))
    if (configFile === 'none') return search.settings
    if (configFile !== undefined) {
      if (!existsSync(configFile)) throw badConfig(configFile, 'there is no such file')
      search.read({ file: configFile, folder: user, depth: 0 })
      return search.settings
    }
    this.checkOwner(join(user, 'config'))
    search.read({ file: join(user, 'config'), folder: user, depth: 0 })
    search.read({ file: join(SYSTEM_FOLDER, 'ssh_config'), folder: SYSTEM_FOLDER, depth: 0 })
    return search.settings
  }

  private linesOf({ file }: Source): readonly Line[] {
    if (!this.parsed.has(file)) this.parsed.set(file, parseFile(file))
    return this.parsed.get(file) ?? []
  }

  /** Whoever can write this file decides which key is sent where. */
  private checkOwner(file: string): void {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats) return
    const ours = stats.uid === 0 || stats.uid === process.getuid?.()
    if (ours && (stats.mode & 0o022) === 0) return
    throw badConfig(file, 'others may write it', `give it to its user alone: \`chmod 600 ${file}\`, and look at its owner`)
  }
}

/** One way through the files, for one host. */
class Search {
  readonly settings = new Map<string, Setting[]>()
  private readonly asked: Asked
  private readonly home: string
  private readonly onNotice: (text: string) => void
  private readonly linesOf: (source: Source) => readonly Line[]

  constructor(asked: Asked, { home, onNotice }: ConfigOptions, linesOf: (source: Source) => readonly Line[]) {
    this.asked = asked
    this.home = home
    this.onNotice = onNotice
    this.linesOf = linesOf
  }

  read(source: Source): void {
    if (source.depth > MAX_INCLUDES) throw badConfig(source.file, `more than ${MAX_INCLUDES} files include each other`)
    this.take(this.linesOf(source), source)
  }

  private take(lines: readonly Line[], source: Source): void {
    for (const line of lines) {
      if (!('param' in line)) continue
      const keyword = line.param.toLowerCase()
      if (keyword === 'include') this.include(line, source)
      else if (!('config' in line)) this.set(keyword, { words: wordsOf(line), file: source.file })
      else if (this.applies(line, keyword, source)) this.take(line.config, source)
    }
  }

  private set(keyword: string, setting: Setting): void {
    const rivals = PROXY.includes(keyword) ? PROXY : [keyword]
    if (REPEATABLE.has(keyword)) this.settings.set(keyword, [...(this.settings.get(keyword) ?? []), setting])
    else if (!rivals.some((rival) => this.settings.has(rival))) this.settings.set(keyword, [setting])
  }

  private include(line: Directive, { folder, depth }: Source): void {
    for (const word of wordsOf(line)) {
      const path = word.startsWith('~/') ? join(this.home, word.slice(2)) : isAbsolute(word) ? word : join(folder, word)
      const found = /[*?[]/.test(path) ? globSync(path).sort() : [path]
      for (const included of found) this.read({ file: included, folder, depth: depth + 1 })
    }
  }

  private applies(line: Section, keyword: string, { file }: Source): boolean {
    const words = wordsOf(line)
    return keyword === 'host' ? matchesList(words, this.asked.host) : this.matches(words, file)
  }

  /** Match: what cannot be judged without running a command, or is not known here, keeps its block from applying. */
  private matches(words: readonly string[], file: string): boolean {
    let all = true
    for (let at = 0; at < words.length; at++) {
      const word = words[at]?.toLowerCase() ?? ''
      const criterion = word.replace(/^!/, '')
      if (criterion === 'all') {
        if (word !== criterion) all = false
        continue
      }
      if (!CRITERIA.has(criterion)) {
        this.onNotice(`${file}: \`Match ${words.join(' ')}\` is passed over: \`${criterion}\` is not supported`)
        return false
      }
      const list = words[++at]
      if (list === undefined) throw badConfig(file, `\`Match ${criterion}\` names nothing to match`)
      if (this.isOneOf(criterion, list) !== (word === criterion)) all = false
    }
    return all
  }

  private isOneOf(criterion: string, list: string): boolean {
    const { host, user, localUser } = this.asked
    const first = (keyword: string) => this.settings.get(keyword)?.[0]?.words[0]
    if (criterion === 'host') {
      const hostName = first('hostname')?.replaceAll('%h', host) ?? host
      return matchesList(list.toLowerCase().split(','), hostName.toLowerCase())
    }
    if (criterion === 'originalhost') return matchesList(list.toLowerCase().split(','), host.toLowerCase())
    return matchesList(list.split(','), criterion === 'localuser' ? localUser : (user ?? first('user') ?? localUser))
  }
}

/** @returns undefined for a file that does not exist. */
function parseFile(file: string): readonly Line[] | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw badConfig(file, reasonOf(cause), undefined, cause)
  }
  let lines: readonly Line[]
  try {
    lines = sshConfig.parse(text)
  } catch (cause) {
    throw badConfig(file, `it cannot be understood: ${reasonOf(cause)}`, undefined, cause)
  }
  checkValues(lines, file)
  return lines
}

function checkValues(lines: readonly Line[], file: string): void {
  for (const line of lines) {
    if (!('param' in line)) continue
    const [keyword] = line.param.split(/[\r\n]/)
    // The parser takes the next line for a part of a keyword that has no value.
    if (/[\r\n]/.test(line.param + line.separator) || wordsOf(line).length === 0) {
      throw badConfig(file, `\`${keyword}\` has no value`)
    }
    if ('config' in line) checkValues(line.config, file)
  }
}

function wordsOf({ value }: Directive): readonly string[] {
  if (typeof value !== 'string') return value.map(({ val }) => val)
  return value === '' ? [] : [value]
}

/** A configuration that must not be guessed at. */
export function badConfig(file: string, why: string, hint?: string, cause?: unknown): CtdbtsError {
  return new CtdbtsError('SSH_CONFIG', `${file}: ${why}`, {
    hint: hint ?? `mend it (\`ssh -G HOST\` shows what OpenSSH reads), or name another one with --ssh-config`,
    cause,
  })
}
