import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseServiceAddresses, SERVICES_PART } from '../../../src/lib/host/service-addresses.ts'
import { SHELLS } from '../../support/node-shells.ts'
import { tempDir } from '../../support/temp-dir.ts'

describe.each(SHELLS)("the addresses of CTDB's own services, as %s reads them", (...shell) => {
  const look = (files: Readonly<Record<string, string>>) => {
    const base = tempDir().file('base')
    mkdirSync(join(base, 'events/legacy'), { recursive: true })
    for (const [path, text] of Object.entries(files)) writeFileSync(join(base, path), text)
    const [file = 'sh', ...argv] = shell
    const script = `set -u; limited=; base=$1; ${SERVICES_PART} services`
    return parseServiceAddresses(execFileSync(file, [...argv, '-c', script, 'sh', base], { encoding: 'utf8' }))
  }
  const OPTIONS = {
    'script.options': 'CTDB_LVS_NODES=/x\nCTDB_LVS_PUBLIC_IP=10.0.0.9\nCTDB_NATGW_NODES=/x\nCTDB_NATGW_PUBLIC_IP=10.0.0.1/24',
    'events/legacy/11.natgw.options': 'CTDB_NATGW_PUBLIC_IP=10.0.0.2/24',
  }

  it('are those of the scripts that are there, by the options that are read last', () => {
    expect(look({ ...OPTIONS, 'events/legacy/11.natgw.script': '' })).toEqual([{ service: 'NATGW', address: '10.0.0.2' }])
    expect(look({ ...OPTIONS, 'events/legacy/91.lvs.script': '' })).toEqual([{ service: 'LVS', address: '10.0.0.9' }])
  })

  it('are not those in comments, and none where a condition may decide', () => {
    const natgw = { ...OPTIONS, 'events/legacy/11.natgw.script': '' }
    const last = OPTIONS['events/legacy/11.natgw.options']
    const withOptions = (text: string) => look({ ...natgw, 'events/legacy/11.natgw.options': text })
    expect(withOptions(`${last}\n# CTDB_NATGW_PUBLIC_IP=10.0.0.3/24\nCTDB_OTHER=$x`)).toEqual([
      { service: 'NATGW', address: '10.0.0.2' },
    ])
    expect(withOptions(`if [ "$(hostname)" = n9 ]; then\n${last}\nfi`)).toEqual([])
    expect(withOptions(`${last}\n. /etc/other`)).toEqual([])
  })

  it('are none without scripts, or without options', () => {
    expect(look(OPTIONS)).toEqual([])
    expect(look({ 'events/legacy/11.natgw.script': '' })).toEqual([])
  })
})
