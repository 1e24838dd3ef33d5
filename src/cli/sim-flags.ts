import { readFileSync, statSync } from 'node:fs'
import * as Flags from '@oclif/core/flags'
import type { Era } from '../lib/cluster/era.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Scenario } from '../sim/world/scenario.ts'
import { wholeNumber } from './whole-number.ts'

const SIZE = { nodes: 3, addresses: 3, seed: 1 } as const
const MAX_SCENARIO_BYTES = 1 << 20

const eraFlag = Flags.custom<Era>({
  options: ['2017', 'now'],
  helpValue: '2017|now',
  parse: async (text) => (text === '2017' ? '2017' : 'now'),
})

/** The properties of a simulated cluster, for commands that create one. */
export const clusterFlags = {
  nodes: wholeNumber({ helpGroup: 'CLUSTER', summary: `Number of nodes [default: ${SIZE.nodes}]` }),
  addresses: wholeNumber({ helpGroup: 'CLUSTER', summary: `Number of public addresses [default: ${SIZE.addresses}]` }),
  seed: wholeNumber({
    helpGroup: 'CLUSTER',
    summary: `Random seed; the same seed gives the same run [default: ${SIZE.seed}]`,
  }),
  era: eraFlag({ helpGroup: 'CLUSTER', summary: 'CTDB of 2017 (1.0.x/2.x) or of today [default: now]' }),
  scenario: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'FILE',
    summary: 'Scenario file: the cluster, and what happens to it when',
  }),
}

/** Options of commands that read: an embedded cluster for this command only, in place of the local daemon. */
export const simFlags = {
  sim: Flags.boolean({ helpGroup: 'SIMULATED', summary: 'Ask a simulated cluster, made for this command only' }),
  'sim-nodes': wholeNumber({ helpGroup: 'SIMULATED', summary: `Number of its nodes [default: ${SIZE.nodes}]` }),
  'sim-addresses': wholeNumber({
    helpGroup: 'SIMULATED',
    summary: `Number of its public addresses [default: ${SIZE.addresses}]`,
  }),
  'sim-seed': wholeNumber({ helpGroup: 'SIMULATED', summary: `Random seed [default: ${SIZE.seed}]` }),
  'sim-era': eraFlag({ helpGroup: 'SIMULATED', summary: 'CTDB of 2017 (1.0.x/2.x) or of today [default: now]' }),
  'sim-scenario': Flags.string({
    helpGroup: 'SIMULATED',
    helpValue: 'FILE',
    summary: 'Scenario file: what has happened to it before',
  }),
  'sim-at': Flags.string({
    helpGroup: 'SIMULATED',
    helpValue: 'SECONDS',
    summary: 'When to look, counted from when it is ready [default: at the last step of the scenario]',
  }),
}

/** The values of {@link simFlags}; absent in commands that do not have them. */
export interface SimOptions {
  readonly sim?: boolean
  readonly 'sim-nodes'?: number | undefined
  readonly 'sim-addresses'?: number | undefined
  readonly 'sim-seed'?: number | undefined
  readonly 'sim-era'?: Era | undefined
  readonly 'sim-scenario'?: string | undefined
  readonly 'sim-at'?: string | undefined
}

/** What a simulated cluster is made from. */
export interface SimSettings {
  readonly nodes: number
  readonly addresses: number
  readonly seed: number
  readonly era: Era
  readonly steps: Scenario['steps']
}

interface GivenSettings {
  readonly nodes: number | undefined
  readonly addresses: number | undefined
  readonly seed: number | undefined
  readonly era: Era | undefined
  readonly scenario: string | undefined
}

/**
 * Options override the scenario, which overrides the defaults.
 * @throws CtdbtsError NO_FILE, BAD_SCENARIO.
 */
export async function simSettings(given: GivenSettings): Promise<SimSettings> {
  const { parseScenario } = await import('../sim/world/scenario.ts')
  const scenario: Scenario =
    given.scenario === undefined ? { steps: [] } : parseScenario(readScenario(given.scenario), given.scenario)
  return {
    nodes: given.nodes ?? scenario.nodes ?? SIZE.nodes,
    addresses: given.addresses ?? scenario.addresses ?? SIZE.addresses,
    seed: given.seed ?? scenario.seed ?? SIZE.seed,
    era: given.era ?? scenario.era ?? 'now',
    steps: scenario.steps,
  }
}

/** Whether an embedded cluster is wanted: any of its options says so. */
export const wantsSim = (options: SimOptions): boolean =>
  Object.entries(options).some(([name, value]) =>
    name === 'sim' ? value === true : name.startsWith('sim-') && value !== undefined,
  )

function readScenario(path: string): string {
  try {
    if (statSync(path).size > MAX_SCENARIO_BYTES) throw new Error(`it is longer than ${MAX_SCENARIO_BYTES} bytes`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CtdbtsError('NO_FILE', `cannot read the scenario ${path}: ${(cause as Error).message}`, { cause })
  }
}
