import type { Theme } from '../../ui/watch/theme.ts'
import { wantsColour } from '../output.ts'
import type { WatchOptions } from './settings.ts'

/** How is drawn on a terminal, as far as it can be told. */
export function themeOf({ light }: Pick<WatchOptions, 'light'>, stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Theme {
  const background = (light ?? isLight(env)) ? 'light' : 'dark'
  return { background: wantsColour(stdout, env) ? background : 'none', ascii: isAscii(env) }
}

/** Whether a terminal is not said to know Unicode: its locale decides, as POSIX has it. */
export function isAscii({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG
  return !/utf-?8/i.test(locale ?? '')
}

/**
 * Whether a terminal says that its background is light: some (rxvt, Konsole, iTerm2) name the numbers of their colours, `15;0` or
 * `0;default;15`, the background's last. It is not asked itself: a late answer would be taken for keys.
 */
export function isLight({ COLORFGBG }: NodeJS.ProcessEnv): boolean {
  const background = /^.*;(\d+)$/.exec(COLORFGBG ?? '')?.[1]
  return background !== undefined && !DARK.has(Number(background))
}

/** Of the sixteen: black to cyan, and the grey that bright black is. */
const DARK = new Set([0, 1, 2, 3, 4, 5, 6, 8])
