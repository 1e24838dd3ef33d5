/** So many nodes have a colour of their own. The next ones have the same colours, with stripes. */
export const COLOURS = 8

/** Of light and dark, each with enough contrast to its text. */
const NODES = ['#9ec9ff', '#ffc27a', '#9fe3a8', '#f6a9c4', '#d0b8ff', '#f3e07a', '#8fe0e0', '#d9c1a7']
const NODES_DARK = ['#2f6fb3', '#9a5a10', '#2f7d3b', '#a33a63', '#6d4bb5', '#756500', '#16797a', '#7a5a3a']

const fills = (colours: readonly string[]): string => colours.map((colour, index) => `--n${index}:${colour}`).join(';')

/** The style of the page: what it looks like in light and dark, and on paper. */
export const STYLE = `
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#ffffff;--quiet:#57606a;--line:#c9d1d9;--bad:#b3261e;--good:#1a6e2e;--warn:#7a4b00;--mark:#0b57d0;${fills(NODES)}}
@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--quiet:#9aa4ae;--line:#3d444d;--bad:#ff8a80;--good:#7ee08f;--warn:#f0b35a;--mark:#8ab4ff;${fills(NODES_DARK)}}}
body{margin:0 auto;max-width:1400px;padding:1rem;font:15px/1.45 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.4rem}h2{font-size:1.1rem}
p{margin:.3rem 0}.quiet{color:var(--quiet)}
.picture{position:sticky;top:0;max-height:50vh;overflow:auto;background:var(--bg);border:1px solid var(--line);padding:4px}
svg{display:block;width:100%;min-width:900px;height:auto}
svg text{fill:var(--fg);font:12px ui-monospace,monospace}
svg .axis{stroke:var(--line);stroke-width:1}
svg .bar{stroke:var(--bg);stroke-width:.5}
svg .none{fill:none;stroke:var(--bad);stroke-dasharray:3 2}
svg .unknown{fill:url(#unknown)}
svg .many{fill:var(--quiet)}
svg .stripes{fill:url(#stripes)}
svg .hatch{stroke:var(--quiet);stroke-width:1}
svg .stripe{stroke:var(--fg);stroke-width:1;opacity:.45}
svg .tick{stroke:var(--quiet);stroke-width:1}
svg .tick.error,svg .tick.warning{stroke:var(--bad);stroke-width:2}
svg .mark{stroke:var(--mark);stroke-width:2}
${Array.from({ length: COLOURS }, (_, index) => `svg .n${index}{fill:var(--n${index})}`).join('')}
ol{list-style:none;padding:0;margin:0}
li a{display:grid;grid-template-columns:4em 11em 4.5em 7.5em 1fr;gap:.6em;padding:.15rem .3rem;color:inherit;text-decoration:none;border-left:3px solid transparent;overflow-wrap:anywhere}
li,li a{scroll-margin:52vh 0 2em}
li a:focus,li:target a{outline:2px solid var(--mark);outline-offset:-2px;border-left-color:var(--mark)}
.error{color:var(--bad)}.good{color:var(--good)}.warning{color:var(--warn)}
@media (max-width:700px){li a{display:flex;flex-wrap:wrap}}
@media print{.picture{position:static;max-height:none;overflow:visible}}
`
