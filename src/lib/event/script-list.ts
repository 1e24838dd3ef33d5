/** An event script in a folder. */
export interface FoundScript {
  /** Without `.script`. */
  readonly name: string
  /** Its owner may execute it, or what it links to. */
  readonly executable: boolean
  /** What it is a link to, as written in it; absent for no link. */
  readonly target?: string | undefined
}

/** A script that is provided by CTDB, or is the administrator's own. */
export interface ListedScript {
  readonly name: string
  readonly enabled: boolean
  readonly origin: 'ctdb' | 'local'
}

/**
 * The scripts that CTDB provides, enabled when the configuration has a link of the same name to them; then those of the configuration that
 * are no such link, enabled when they can be executed.
 * @param dataFolder where CTDB provides them, with all links of the path resolved.
 */
export function listScripts(
  dataFolder: string,
  provided: readonly FoundScript[],
  configured: readonly FoundScript[],
): ListedScript[] {
  const isLinkTo = (script: FoundScript, name: string) => script.name === name && script.target === `${dataFolder}/${name}.script`
  const ours = byName(provided).map(
    ({ name }): ListedScript => ({ name, enabled: configured.some((script) => isLinkTo(script, name)), origin: 'ctdb' }),
  )
  const own = byName(configured).filter((script) => !provided.some(({ name }) => isLinkTo(script, name)))
  return [...ours, ...own.map(({ name, executable }): ListedScript => ({ name, enabled: executable, origin: 'local' }))]
}

const byName = (scripts: readonly FoundScript[]): FoundScript[] =>
  scripts.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
