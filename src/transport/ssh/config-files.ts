import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Line } from 'ssh-config'
import { reasonOf } from '../remote-text.ts'
import { badConfig, parseConfig } from './config-text.ts'
import { type ConfigDisk, type HostQuery, HostSearch, type Settings } from './host-search.ts'

export interface ConfigOptions {
  readonly home: string
  /** Used instead of the usual two; `none` for no file at all. */
  readonly configFile: string | undefined
  readonly onNotice: (text: string) => void
}

const SYSTEM_FOLDER = '/etc/ssh'

/** OpenSSH's configuration files, each read once. */
export class ConfigFiles implements ConfigDisk {
  private readonly options: ConfigOptions
  private readonly parsed = new Map<string, readonly Line[] | undefined>()

  constructor(options: ConfigOptions) {
    this.options = options
  }

  /**
   * The settings of a host; the first value of a keyword counts.
   * @throws CtdbtsError SSH_CONFIG for a file that cannot be read or parsed.
   */
  settingsFor(query: HostQuery): Settings {
    return this.searchFor(query).settings
  }

  /** The same, with what was ignored. */
  searchFor(query: HostQuery): Pick<HostSearch, 'settings' | 'ignored'> {
    const { home, configFile } = this.options
    const user = join(home, '.ssh')
    const search = new HostSearch(query, this, this.options)
    if (configFile === 'none') return search
    if (configFile !== undefined) {
      if (!existsSync(configFile)) throw badConfig(configFile, 'no such file')
      search.read({ file: configFile, folder: user, depth: 0 })
      return search
    }
    this.checkOwner(join(user, 'config'))
    search.read({ file: join(user, 'config'), folder: user, depth: 0 })
    search.read({ file: join(SYSTEM_FOLDER, 'ssh_config'), folder: SYSTEM_FOLDER, depth: 0 })
    return search
  }

  linesOf(file: string): readonly Line[] {
    if (!this.parsed.has(file)) this.parsed.set(file, parseFile(file))
    return this.parsed.get(file) ?? []
  }

  matching(pattern: string): string[] {
    return globSync(pattern).sort()
  }

  /** Anyone who can write to this file decides which key is sent where. */
  private checkOwner(file: string): void {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats) return
    const ours = stats.uid === 0 || stats.uid === process.getuid?.()
    if (ours && (stats.mode & 0o022) === 0) return
    throw badConfig(file, 'other users may write to it', `run \`chmod 600 ${file}\`, and check its owner`)
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
  return parseConfig(text, file)
}
