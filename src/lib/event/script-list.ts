/** An event script in a folder. */
export interface FoundScript {
  /** Without `.script`. */
  readonly name: string
  /** Whether its owner may execute it, or the target of the link. */
  readonly executable: boolean
  /** The target as written in the link; absent if it is not a link. */
  readonly target?: string | undefined
}

/** A script of CTDB, or one of the administrator. */
export interface ListedScript {
  readonly name: string
  readonly enabled: boolean
  readonly origin: 'ctdb' | 'local'
}

/**
 * The scripts of CTDB, enabled if the configuration has a link of the same name to them; then the other scripts of the configuration, enabled
 * if they can be executed.
 * @param dataFolder folder of CTDB's scripts, with all links of its path resolved.
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
