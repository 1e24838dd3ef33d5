import { badConfig } from './config-text.ts'
import type { Setting, Settings } from './host-search.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Reads settings of a host as values of the right type. Each method throws CtdbtsError SSH_CONFIG for an invalid value. */
export class ConfigValues {
  private readonly settings: Settings

  constructor(settings: Settings) {
    this.settings = settings
  }

  all(keyword: string): readonly Setting[] {
    return this.settings.get(keyword) ?? []
  }

  one(keyword: string): Setting | undefined {
    return this.all(keyword)[0]
  }

  text(keyword: string): string | undefined {
    return this.one(keyword)?.words[0]
  }

  choice<T>(keyword: string, values: ReadonlyMap<string, T>): T | undefined {
    const text = this.text(keyword)
    if (text === undefined) return undefined
    const value = values.get(text.toLowerCase())
    if (value === undefined) throw this.bad(keyword, `is not one of ${[...values.keys()].join(', ')}`)
    return value
  }

  number(keyword: string, least: number, most: number): number | undefined {
    const text = this.text(keyword)
    if (text === undefined) return undefined
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) throw this.bad(keyword, `is not a number from ${least} to ${most}`)
    return value
  }

  /** A duration as OpenSSH writes it: seconds, or `1m30s`. */
  milliseconds(keyword: string): number | undefined {
    const text = this.text(keyword)?.toLowerCase()
    if (text === undefined || text === 'none') return undefined
    if (!/^(\d{1,6}[smhdw]?)+$/.test(text)) throw this.bad(keyword, 'is not a duration')
    const parts = text.matchAll(/(\d+)([smhdw]?)/g)
    return [...parts].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 1) * 1000, 0)
  }

  /** The error for an invalid value of a keyword. */
  bad(keyword: string, why: string): Error {
    const setting = this.one(keyword)
    return badConfig(setting?.file ?? 'the SSH configuration', `${keyword}: \`${setting?.words.join(' ') ?? ''}\` ${why}`)
  }
}
