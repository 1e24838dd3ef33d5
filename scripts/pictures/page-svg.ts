/**
 * The picture of a page of `history --html` as a file of its own: with the style of the page, without links.
 * @throws if the page has none.
 */
export function pageSvg(page: string): string {
  const [, style] = /<style>\n(.*?)<\/style>/s.exec(page) ?? []
  const [, size, title, inside] = /<svg (viewBox="[^"]*")[^>]*>\n<title[^>]*>(.*?)<\/title>\n(.*?)<\/svg>/s.exec(page) ?? []
  if (style === undefined || inside === undefined) throw new Error('the page has no picture')
  const rules = style.split('\n').filter((line) => /^(?::root|svg (?:text|\.)|@media \(prefers-color-scheme)/.test(line))
  return `<svg ${size} xmlns="http://www.w3.org/2000/svg">
<title>${title}</title>
<style>
${rules.join('\n')}
svg .ground{fill:var(--bg)}
</style>
<rect class="ground" width="100%" height="100%"/>
${inside.replaceAll(/<\/?a\b[^>]*>/g, '')}</svg>
`
}
