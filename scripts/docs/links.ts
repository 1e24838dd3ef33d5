import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Page, proseOf, ROOT } from './pages.ts'

const LINK = /\]\(([^)\s]+)\)/g
const CODE = /`[^`\n]*`/g

/** The links of a page that lead nowhere: to a file that is missing, or to a heading that its page does not have. Other sites are not asked. */
export const brokenLinks = (page: Page): string[] =>
  [...proseOf(page.text).replaceAll(CODE, '').matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !leadsSomewhere(page, target))

function leadsSomewhere({ path, text }: Page, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return true
  const [file, anchor] = target.split('#') as [string, string?]
  const other = join(ROOT, dirname(path), file)
  if (file !== '' && !existsSync(other)) return false
  return anchor === undefined || anchorsOf(file === '' ? text : readFileSync(other, 'utf8')).has(anchor)
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(text).matchAll(/^#+ (.*)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-')
    for (let number = 0; ; number++) {
      const anchor = number === 0 ? slug : `${slug}-${number}`
      if (anchors.has(anchor)) continue
      anchors.add(anchor)
      break
    }
  }
  return anchors
}
