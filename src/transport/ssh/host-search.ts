import { isAbsolute, join } from 'node:path'
import type { Directive, Line, Section } from 'ssh-config'
import { badConfig, wordsOf } from './config-text.ts'
import { matchesList } from './patterns.ts'

/** A value of the configuration, and where it comes from. */
export interface Setting {
  readonly words: readonly string[]
  readonly file: string
}

/** The settings of a host: keyword in lower case → its values. Only IdentityFile may have several. */
export type Settings = ReadonlyMap<string, readonly Setting[]>

/** The host that the configuration is queried for. */
export interface HostQuery {
  /** As the user named it. */
  readonly host: string
  readonly user: string | undefined
  readonly localUser: string
}

/** A Match block that was not evaluated. */
export interface IgnoredMatch {
  readonly file: string
  /** As written, without `Match`. */
  readonly criteria: string
  /** What is set in it, and in each file that it includes, in lower case. */
  readonly keywords: readonly ReadonlySet<string>[]
}

/** What some lines set, in lower case, and what they include. */
interface Contents {
  readonly keywords: ReadonlySet<string>
  readonly included: readonly Source[]
}

/** The configuration files of a machine. */
export interface ConfigDisk {
  /** Of a file that does not exist, none. @throws CtdbtsError SSH_CONFIG for a file that cannot be read or parsed. */
  linesOf(file: string): readonly Line[]
  /** The files that a pattern with `*`, `?` or `[` matches, sorted. */
  matching(pattern: string): readonly string[]
}

interface HostSearchOptions {
  readonly home: string
  readonly onNotice: (text: string) => void
}

/** A file to read, and how. */
interface Source {
  readonly file: string
  /** The folder that relative names in Include refer to. */
  readonly folder: string
  readonly depth: number
}

/** As in OpenSSH. */
const MAX_INCLUDES = 16
/** Whichever of the two comes first disables the other. */
const PROXY = ['proxyjump', 'proxycommand']
const REPEATABLE = new Set(['identityfile'])
const CRITERIA = new Set(['host', 'originalhost', 'user', 'localuser'])

/** Reads the files for one host. */
export class HostSearch {
  readonly settings = new Map<string, Setting[]>()
  /** Of lines that were left out, which files that include each other bring again and again. */
  private readonly contents = new Map<readonly Line[], Contents>()
  /** The Match blocks that might apply, if their criteria were supported. */
  readonly ignored: IgnoredMatch[] = []
  private readonly query: HostQuery
  private readonly home: string
  private readonly onNotice: (text: string) => void
  private readonly disk: ConfigDisk

  constructor(query: HostQuery, disk: ConfigDisk, { home, onNotice }: HostSearchOptions) {
    this.query = query
    this.home = home
    this.onNotice = onNotice
    this.disk = disk
  }

  read(source: Source): void {
    if (source.depth > MAX_INCLUDES) throw badConfig(source.file, `includes are nested more than ${MAX_INCLUDES} levels deep`)
    this.apply(this.disk.linesOf(source.file), source)
  }

  private apply(lines: readonly Line[], source: Source): void {
    for (const line of lines) {
      if (!('param' in line)) continue
      const keyword = line.param.toLowerCase()
      if (keyword === 'include') this.include(line, source)
      else if (!('config' in line)) this.set(keyword, { words: wordsOf(line), file: source.file })
      else if (this.applies(line, keyword, source)) this.apply(line.config, source)
    }
  }

  private set(keyword: string, setting: Setting): void {
    const rivals = PROXY.includes(keyword) ? PROXY : [keyword]
    const earlier = this.settings.get(keyword)
    if (earlier && REPEATABLE.has(keyword)) earlier.push(setting)
    else if (!rivals.some((rival) => this.settings.has(rival))) this.settings.set(keyword, [setting])
  }

  private include(line: Directive, source: Source): void {
    for (const included of this.includedBy(line, source)) this.read(included)
  }

  private includedBy(line: Directive, { folder, depth }: Source): Source[] {
    return wordsOf(line).flatMap((word) => {
      const path = word.startsWith('~/') ? join(this.home, word.slice(2)) : isAbsolute(word) ? word : join(folder, word)
      const found = /[*?[]/.test(path) ? this.disk.matching(path) : [path]
      return found.map((file) => ({ file, folder, depth: depth + 1 }))
    })
  }

  private applies(line: Section, keyword: string, source: Source): boolean {
    const words = wordsOf(line)
    if (keyword === 'host') return matchesList(words, this.query.host)
    const matches = this.matches(words, source.file)
    if (matches !== 'unknown') return matches
    this.ignored.push({ file: source.file, criteria: words.join(' '), keywords: this.keywordsIn(line.config, source) })
    return false
  }

  /** The keywords in these lines, and in each file that they include, directly or not: files may include each other. */
  private keywordsIn(lines: readonly Line[], source: Source): ReadonlySet<string>[] {
    const files = new Set<string>()
    const reached = [this.contentsOf(lines, source)]
    for (const { included } of reached) {
      for (const each of included) {
        if (files.has(each.file)) continue
        files.add(each.file)
        reached.push(this.contentsOf(this.disk.linesOf(each.file), each))
      }
    }
    return reached.map(({ keywords }) => keywords)
  }

  private contentsOf(lines: readonly Line[], source: Source): Contents {
    const known = this.contents.get(lines)
    if (known) return known
    const keywords = new Set<string>()
    const included: Source[] = []
    const note = (line: Line): void => {
      if (!('param' in line)) return
      const keyword = line.param.toLowerCase()
      if ('config' in line) line.config.forEach(note)
      else if (keyword === 'include') included.push(...this.includedBy(line, source))
      else keywords.add(keyword)
    }
    lines.forEach(note)
    const contents = { keywords, included }
    this.contents.set(lines, contents)
    return contents
  }

  /** Evaluates Match. A criterion that needs a command, or is not supported, makes its block not apply; `unknown` if all else would. */
  private matches(words: readonly string[], file: string): boolean | 'unknown' {
    let all = true
    for (let at = 0; at < words.length; at++) {
      const word = words[at]?.toLowerCase() ?? ''
      const criterion = word.replace(/^!/, '')
      if (criterion === 'all') {
        if (word !== criterion) all = false
        continue
      }
      if (!CRITERIA.has(criterion)) {
        this.onNotice(`${file}: ignored \`Match ${words.join(' ')}\`: \`${criterion}\` is not supported`)
        return all && 'unknown'
      }
      const list = words[++at]
      if (list === undefined) throw badConfig(file, `\`Match ${criterion}\` has no value`)
      if (this.isOneOf(criterion, list) !== (word === criterion)) all = false
    }
    return all
  }

  private isOneOf(criterion: string, list: string): boolean {
    const { host, user, localUser } = this.query
    const first = (keyword: string) => this.settings.get(keyword)?.[0]?.words[0]
    if (criterion === 'host') {
      const hostName = first('hostname')?.replaceAll('%h', host) ?? host
      return matchesList(list.toLowerCase().split(','), hostName.toLowerCase())
    }
    if (criterion === 'originalhost') return matchesList(list.toLowerCase().split(','), host.toLowerCase())
    return matchesList(list.split(','), criterion === 'localuser' ? localUser : (user ?? first('user') ?? localUser))
  }
}
