import { readFileSync, writeFileSync } from 'node:fs'
import type { Lab } from '../harness/lab.ts'
import { untilSettled } from '../harness/view.ts'
import { OK, type Story } from './story.ts'

const ADDRESS = '10.99.1.131'
const ADDED = '10.99.1.140'
const ADDED_IPV6 = 'fd00:99:1::140'
const CLIENT = '10.0.0.9:1234'

const getvar = [
  ['getvar', 'RecoverTimeout'],
  ['getvar', 'RecoverTimeout', '-n', '1'],
]
const debugLevels = [['getdebug'], ['getdebug', '-n', '2']]
const capabilities = [['getcapabilities'], ['getcapabilities', '-n', '1']]
const tickles = [['-X', 'gettickles', ADDRESS]]
const scripts = [['event', 'script', 'list', 'legacy']]
/** What each node reports about an address, or that it does not know it. */
const known = (address: string) => [0, 1, 2].map((pnn) => ['ipinfo', address, '-n', String(pnn)])

/** Adds a line to the public addresses file of a node, or removes it. */
const edit = (pnn: number, line: string, what: 'add' | 'remove') => (lab: Lab) => {
  const path = lab.path(pnn, 'etc/public_addresses')
  const rest = readFileSync(path, 'utf8').replace(`${line}\n`, '')
  writeFileSync(path, what === 'add' ? `${rest}${line}\n` : rest)
}

/** Those that change anything but databases. */
export const STORIES: readonly Story[] = [
  {
    name: 'settings of the daemons',
    steps: [
      { argv: ['setvar', 'RecoverTimeout', '31'], look: getvar },
      { argv: ['-n', '1', 'setvar', 'recovertimeout', '0x20'], look: getvar },
      { argv: ['setvar', 'MaxRedirectCount', '4'], look: [['getvar', 'MaxRedirectCount']] },
      { argv: ['setvar', '-n', '1', 'RecoverTimeout', '30'] },
      { argv: ['-v', 'setvar', 'RecoverTimeout', '30'], look: getvar },
      ...['ERROR', 'warning', 'Info', '4', 'D', ''].map((level) => ({ argv: ['setdebug', level], look: debugLevels })),
      { argv: ['setdebug', 'DEBUG', '-n', '2'], look: debugLevels },
      { argv: ['setdebug', '-n', '2', 'NOTICE'] },
      { argv: ['setdebug', 'NOTICE'], look: debugLevels },
      { argv: ['setlmasterrole', 'off'], look: capabilities },
      { argv: ['setlmasterrole', 'on'], look: capabilities },
      { argv: ['setlmasterrole', '-n', '1', 'off'], look: capabilities },
      { argv: ['setlmasterrole', '-n', '1', 'on'], look: capabilities },
      { argv: ['setleaderrole', '-n', '1', 'off'], look: capabilities, settled: OK },
      { argv: ['setleaderrole', '-n', '1', 'on'], look: capabilities, settled: OK },
      { argv: ['statisticsreset'] },
      { argv: ['statisticsreset', '-n', '2'] },
      // Harmless: the next monitor event sets it anyway.
      { argv: ['setifacelink', 'eth2', 'up'] },
      { argv: ['setifacelink', '-n', '1', 'eth2', 'up'] },
    ],
  },
  {
    name: 'a node is disabled',
    steps: [
      { argv: ['disable', '-n', '2'], settled: ['OK', 'OK', 'Disabled'] },
      { argv: ['disable', '-n', '2'] },
      { argv: ['-v', 'enable', '-n', '2'], settled: OK },
      { argv: ['enable', '-n', '2'] },
      { argv: ['disable'], settled: ['Disabled', 'OK', 'OK'] },
      { argv: ['enable'], settled: OK },
      { argv: ['enable'] },
    ],
  },
  {
    name: 'a node is stopped',
    steps: [
      { argv: ['stop', '-n', '2'], settled: ['OK', 'OK', 'Stopped'] },
      { argv: ['stop', '-n', '2'] },
      { argv: ['ipreallocate', '-n', '2'] },
      { on: 2, argv: ['ipreallocate'] },
      { on: 2, argv: ['disable', '-n', '1'], settled: ['OK', 'Disabled', 'Stopped'] },
      { on: 2, argv: ['enable', '-n', '1'], settled: ['OK', 'OK', 'Stopped'] },
      { on: 2, argv: ['setvar', 'RecoverTimeout', '30'] },
      { on: 2, argv: ['reloadnodes'] },
      { on: 2, argv: ['continue'], settled: OK },
      { argv: ['continue', '-n', '2'] },
      { on: 2, argv: ['stop'], settled: ['OK', 'OK', 'Stopped'] },
      { argv: ['continue', '-n', '2'], settled: OK },
    ],
  },
  {
    name: 'a node is banned',
    steps: [
      { argv: ['ban', '0', '-n', '1'] },
      { argv: ['ban', '600', '-n', '1'], settled: ['OK', 'Banned', 'OK'] },
      { argv: ['ban', '600', '-n', '1'] },
      { argv: ['unban', '-n', '1'], settled: OK },
      { argv: ['unban', '-n', '1'] },
      { on: 1, argv: ['ban', '0x258'], settled: ['OK', 'Banned', 'OK'] },
      { on: 1, argv: ['unban'], settled: OK },
    ],
  },
  {
    name: 'recoveries and takeover runs',
    steps: [
      { argv: ['recover'], settled: OK },
      { argv: ['recover', '-n', '1'], settled: OK },
      { argv: ['ipreallocate'], settled: OK },
      { argv: ['-v', 'ipreallocate', '-n', '1'], settled: OK },
      { argv: ['sync'], settled: OK },
    ],
  },
  {
    name: 'addresses are added, moved and deleted',
    steps: [
      { argv: ['addip', `${ADDED}/24`, 'eth1'], settled: OK, look: known(ADDED) },
      { argv: ['addip', `${ADDED}/24`, 'eth1'] },
      { argv: ['delip', ADDED], settled: OK, look: known(ADDED) },
      { argv: ['delip', ADDED] },
      { argv: ['-n', '1', 'addip', `${ADDED_IPV6}/64`, 'eth2'], settled: OK, look: known(ADDED_IPV6) },
      { argv: ['delip', ADDED_IPV6, '-n', '1'], settled: OK, look: known(ADDED_IPV6) },
      { argv: ['moveip', ADDRESS, '2'], settled: OK, look: known(ADDRESS) },
      { argv: ['moveip', ADDRESS, '2'], settled: OK, look: known(ADDRESS) },
      { on: 1, argv: ['-v', 'moveip', ADDRESS, '1'], settled: OK, look: known(ADDRESS) },
      { argv: ['moveip', ADDRESS, '0'], settled: OK, look: known(ADDRESS) },
      { argv: ['addtickle', CLIENT, `${ADDRESS}:445`], look: tickles },
      { argv: ['deltickle', CLIENT, `${ADDRESS}:445`], look: tickles },
      { argv: ['gratarp', ADDRESS, 'eth1'] },
      { argv: ['gratarp', '-n', '1', ADDRESS, 'eth1'] },
    ],
  },
  {
    name: 'files are reloaded',
    steps: [
      { argv: ['reloadnodes'] },
      { argv: ['reloadips'], settled: OK },
      { argv: ['reloadips', 'all'], settled: OK },
      { argv: ['reloadips', '0,2'], settled: OK },
      { argv: ['reloadips', '1'], prepare: edit(1, `${ADDED}/24 eth1`, 'add'), settled: OK, look: known(ADDED) },
      { argv: ['reloadips', '-n', '0'], prepare: edit(1, `${ADDED}/24 eth1`, 'remove'), settled: OK, look: known(ADDED) },
      { on: 1, argv: ['reloadips'], settled: OK, look: known(ADDED) },
    ],
  },
  {
    name: 'event scripts',
    steps: [
      { argv: ['event', 'run', '30', 'legacy', 'monitor'] },
      { argv: ['event', 'script', 'enable', 'legacy', '13.per_ip_routing'], look: scripts },
      { argv: ['event', 'script', 'enable', 'legacy', '13.per_ip_routing'], look: scripts },
      { argv: ['event', 'script', 'disable', 'legacy', '13.per_ip_routing'], look: scripts },
    ],
  },
  {
    name: 'a daemon is shut down',
    steps: [
      { argv: ['-v', 'shutdown', '-n', '2'] },
      { argv: ['nodestatus', '2'], prepare: (lab) => untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1]) },
      { argv: ['pnn'], prepare: (lab) => lab.startDaemon(2), settled: OK },
    ],
  },
]
