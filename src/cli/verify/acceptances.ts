import type { Acceptance } from '../../lib/audit/acceptance.ts'
import { checkNamed } from '../../lib/audit/registry.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { badConfig, configPath, readConfig } from '../config-file.ts'
import { type HostOptions, hostWords } from '../host-flags.ts'

/**
 * The acceptances of the configuration that concern the cluster that the options name: those of the clusters that `--host` names, then those of
 * all clusters.
 * @throws CtdbtsError BAD_CONFIG naming the file, the key and its place.
 */
export function acceptancesOf(options: HostOptions, env: NodeJS.ProcessEnv): Acceptance[] {
  const path = configPath(env)
  const { clusters, accept = [] } = readConfig(path)
  const names = new Set(hostWords(options))
  const named = Object.entries(clusters).filter(([name]) => names.has(name))
  return [
    ...named.flatMap(([name, { accept: own = [] }]) => checked(own, path, `clusters.${name}.accept`)),
    ...checked(accept, path, 'accept'),
  ]
}

/** @throws CtdbtsError BAD_CONFIG for a check that does not exist. */
function checked(acceptances: readonly Acceptance[], path: string, key: string): readonly Acceptance[] {
  for (const [index, { check }] of acceptances.entries()) {
    try {
      checkNamed(check)
    } catch (error) {
      if (!(error instanceof CtdbtsError)) throw error
      throw badConfig(path, `${key}.${index}.check: ${error.message}; see \`ctdbts verify --list-checks\``, error)
    }
  }
  return acceptances
}

/** The current day in UTC, as acceptances have it. */
export const today = (): string => new Date().toISOString().slice(0, 10)
