import { describe, expect, it } from 'vitest'
import { TUNABLES } from '../../src/lib/cluster/tunables.ts'
import { fails, prints, simNodes } from '../support/sim-nodes.ts'

describe('tunables', () => {
  it('are read and set by names in any case, and only on the node that is asked', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'setvar', 'noipFAILback', '0x11')).toMatchObject(prints(''))
    expect(await on(0, 'getvar', 'NOIPfailback')).toMatchObject(prints('NOIPfailback               = 17\n'))
    expect(await on(0, '-n', '1', 'getvar', 'NoIPFailback')).toMatchObject(prints('NoIPFailback               = 0\n'))
    expect(await on(0, 'setvar', 'NoIPFailback', '010', '-v', '-n', '1')).toMatchObject(
      fails('NoIPFailback is now 8 on node 1\n', 0),
    )
    expect(JSON.parse((await on(1, 'getvar', 'NoIPFailback', '--json')).stdout)).toEqual({
      formatVersion: 1,
      pnn: 1,
      name: 'NoIPFailback',
      value: 8,
    })
  })

  it('accept a number as ctdb reads it, and do not change otherwise', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'setvar', 'NoIPFailback', '5 of them')).toMatchObject(prints(''))
    expect(await on(0, 'setvar', 'NoIPFailback', 'yes')).toMatchObject(fails('', 22))
    expect(await on(0, 'setvar', 'NoIPFailback', '--', '-1')).toMatchObject(fails('', 22))
    expect(await on(0, 'setvar', 'NoIPFailback', '99999999999999999999')).toMatchObject(fails('', 34))
    expect((await on(0, 'getvar', 'NoIPFailback')).stdout).toContain('= 5\n')
    const { error } = JSON.parse((await on(0, 'setvar', 'NoIPFailback', 'yes', '--json')).stdout)
    expect(error).toMatchObject({ code: 'BAD_NUMBER', message: 'the value of NoIPFailback, "yes" is not a number' })
  })

  it('that do not exist are reported', async () => {
    const { on } = await simNodes()
    for (const argv of [
      ['getvar', 'NoSuchVar'],
      ['setvar', 'NoSuchVar', 'x'],
      // Obsolete: its place is kept, but it is not listed.
      ['getvar', 'DeterministicIPs'],
    ]) {
      expect(await on(0, ...argv)).toMatchObject(fails('', 1, `No such tunable ${argv[1]}\n`))
    }
  })

  it('that do not exist are named without escape sequences', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'getvar', '\x1b[31mX')).toMatchObject(fails('', 1, 'No such tunable \\x1b[31mX\n'))
  })

  it('are listed in the order of the daemon, and with their defaults in a table', async () => {
    const { on } = await simNodes({})
    await on(0, 'setvar', 'NoIPTakeover', '1')
    const { stdout } = await on(0, 'listvars')
    expect(stdout).toMatch(/^SeqnumInterval {13}= 1000\nControlTimeout {13}= 60\n/)
    expect(stdout.trimEnd().split('\n')).toHaveLength(TUNABLES.filter((tunable) => !('obsolete' in tunable)).length)
    expect((await on(0, '-X', 'listvars')).stdout).toBe(stdout)
    expect(JSON.parse((await on(0, 'listvars', '--json')).stdout)).toMatchObject({ pnn: 0, tunables: { NoIPTakeover: 1 } })
    expect((await on(0, 'listvars', '--table')).stdout).toMatch(/│ NoIPTakeover +│ 1 +│ 0 +│/)
  })
})

describe('roles', () => {
  it('are removed and given, as getcapabilities shows', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'setlmasterrole', 'off', '-n', '1')).toMatchObject(prints(''))
    expect(await on(0, 'setleaderrole', 'off', '-v')).toMatchObject(fails('node 0 may no longer be leader\n', 0))
    expect((await on(1, 'getcapabilities')).stdout).toBe('LEADER: YES\nLMASTER: NO\n')
    expect((await on(0, '-Xx,', 'getcapabilities')).stdout).toBe(',LEADER,LMASTER,\n,0,1,\n')
    expect(await on(0, 'setleaderrole', 'on')).toMatchObject(prints(''))
    expect(JSON.parse((await on(0, 'getcapabilities', '--json')).stdout).capabilities).toEqual({
      leader: true,
      lmaster: true,
      parallelRecovery: true,
      fragmentedControls: true,
    })
  })

  it('are on or off, and nothing else', async () => {
    const { on } = await simNodes()
    for (const words of [['ON'], [], ['on', 'off']]) {
      const { stdout, stderr, status } = await on(0, 'setleaderrole', ...words)
      expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
      expect(stdout).toContain('\nCommands:\n  setleaderrole   on|off ')
    }
  })

  it('decide about the leader, which steps down without its role', async () => {
    const { on } = await simNodes({ speed: 5 })
    const before = (await on(0, 'leader')).stdout
    await on(0, 'setleaderrole', 'off', '-n', before.trim())
    await expect
      .poll(async () => (await on(0, 'leader', '-t', '1')).stdout, { timeout: 20_000 })
      .toMatch(new RegExp(`^(?!${before.trim()})\\d\n$`))
  })
})

describe('the debug level', () => {
  it('is set by a name, its beginning or a number', async () => {
    const { on } = await simNodes()
    for (const [given, shown] of [
      ['DEBUG', 'DEBUG'],
      ['warn', 'WARNING'],
      ['4', 'NOTICE'],
      ['9', 'INFO'],
    ] as const) {
      expect(await on(0, 'setdebug', given, '-n', '2')).toMatchObject(prints(''))
      expect(await on(2, 'getdebug')).toMatchObject(prints(`${shown}\n`))
    }
    expect(JSON.parse((await on(2, 'getdebug', '--json')).stdout)).toEqual({
      formatVersion: 1,
      pnn: 2,
      debugLevel: 'INFO',
      number: 9,
    })
  })

  it('does not change when there is no level of that name', async () => {
    const { on } = await simNodes()
    for (const level of ['loud', '11']) {
      const stderr = `Invalid debug level '${level}'. Valid levels are:\n\tERROR | WARNING | NOTICE | INFO | DEBUG\n`
      expect(await on(0, 'setdebug', level)).toMatchObject(fails(stderr))
    }
    expect(await on(0, 'getdebug')).toMatchObject(prints('NOTICE\n'))
  })
})

describe('the cluster lock', () => {
  it('is shown', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'getreclock')).toMatchObject(prints('/clusterfs/.ctdb/reclock\n'))
    expect(JSON.parse((await on(0, 'getreclock', '--json')).stdout)).toMatchObject({ clusterLock: '/clusterfs/.ctdb/reclock' })
  })
})

describe('a node that cannot be asked', () => {
  it('is refused before anything is set', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'setvar', 'NoIPFailback', '1', '-n', '9')).toMatchObject(fails('Node 9 does not exist\n'))
    expect(await on(0, 'listvars', '-j')).toMatchObject(fails('--json not supported by the listvars subcommand\n'))
  })
})
