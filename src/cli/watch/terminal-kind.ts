/** Whether a terminal is not said to know Unicode: its locale decides, as POSIX has it. */
export function isAscii({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG
  return !/utf-?8/i.test(locale ?? '')
}
