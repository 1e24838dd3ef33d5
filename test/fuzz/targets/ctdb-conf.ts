import assert from 'node:assert/strict'
import { configFaults } from '../../../src/lib/audit/config-faults.ts'
import { configValue, isOn, lockIn, oldSettings } from '../../../src/lib/audit/config-file.ts'
import { readTunables } from '../../../src/lib/audit/tunables-file.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/audit/config-faults.ts', 'src/lib/audit/config-file.ts', 'src/lib/audit/tunables-file.ts'],
  refusals: [],
  words: [
    '[cluster]',
    '[logging]',
    'log level',
    'location',
    'leader timeout',
    'node address',
    'start as stopped',
    'recovery lock',
    'cluster lock',
    'CTDB_RECOVERY_LOCK=',
    'export ',
    '\\\n',
    '!/usr/bin/lock',
    'MonitorInterval=20',
  ],
  seeds: () => [
    '[cluster]\n  recovery lock = /shared/lock\n\tnodes list = !cmd \\\n arg\n# x\n[failover]\ndisabled = yes\nCTDB_NODES=/x\n',
  ],
  check(input) {
    const text = textOf(input)
    const lines = text.split('\n')
    for (const name of ['recovery lock', 'cluster lock', 'nodes list']) {
      const value = configValue(text, 'cluster', name)
      assert.doesNotMatch(value ?? '', /\n/)
      // What ends in a backslash would continue, and what has none of these can be written as it is.
      if (value && !/[\\\s]/.test(value)) assert.equal(configValue(`[cluster]\n${name} = ${value}\n`, 'cluster', name), value)
    }
    isOn(configValue(text, 'failover', 'disabled'))
    lockIn(text)
    for (const version of [undefined, '4.9.0', '4.17.12-Debian', '4.26.0'])
      for (const { line } of configFaults(text, version)) assert.ok(lines[line - 1] !== undefined)
    for (const [name, value] of Object.entries(readTunables({ file: text, directory: text }, '4.23.0'))) {
      assert.deepEqual(readTunables({ file: `${name}=${value}\n`, directory: '' }, '4.17.0'), { [name]: value })
    }
    for (const { line, name } of oldSettings(text)) assert.ok(lines[line - 1]?.includes(`${name}=`))
  },
}
