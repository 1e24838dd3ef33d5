import type { Theme } from '../../ui/watch/draw/theme.ts'
import { wantsColour } from '../output.ts'
import type { WatchOptions } from './settings.ts'

/** How to draw on a terminal, as far as its environment shows. */
export function themeOf({ light }: Pick<WatchOptions, 'light'>, stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Theme {
  const background = (light ?? isLight(env)) ? 'light' : 'dark'
  return { background: wantsColour(stdout, env) ? background : 'none', ascii: isAscii(env) }
}

/** Whether to draw ASCII only: the locale decides whether the terminal knows Unicode, as POSIX defines it. */
export function isAscii({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG
  return !/utf-?8/i.test(locale ?? '')
}

/**
 * Whether a terminal reports a light background: some (rxvt, Konsole, iTerm2) set the numbers of their colours, `15;0` or `0;default;15`,
 * the background last. We do not query the terminal itself: a late answer would be read as keys.
 */
export function isLight({ COLORFGBG }: NodeJS.ProcessEnv): boolean {
  const background = /^.*;(\d+)$/.exec(COLORFGBG ?? '')?.[1]
  return background !== undefined && !DARK.has(Number(background))
}

/** Dark colours of the sixteen: black to cyan, and bright black, which is grey. */
const DARK = new Set([0, 1, 2, 3, 4, 5, 6, 8])
