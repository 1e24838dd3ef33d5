import { NUMBERS, PING, type Rule, TIMES } from './rules.ts'

/** A command, with arguments that change nothing. */
export interface Read {
  readonly command: string
  /** Valid arguments, which are compared with every option and in every cluster state. None if the command changes something. */
  readonly words: readonly (readonly string[])[]
  /** Valid arguments of a command that changes something, for use with an option or a node that is rejected. */
  readonly refused?: readonly string[]
  /** Invalid arguments. */
  readonly wrong: readonly (readonly string[])[]
  readonly rule?: Rule
}

const TOO_MANY = ['too', 'many', 'words']
const nothing = { words: [[]], wrong: [['extra'], TOO_MANY] }
const ADDRESS = '10.99.1.131'
const IPV6 = 'fd00:99:1::132'
const BAD_ADDRESSES = [['10.99.1.250'], ['fd00:99:1::1'], ['10.99.1'], ['10.99.1.999'], ['nonsense'], [''], ['10.99.1.131/24']]

export const READS: readonly Read[] = [
  { command: 'ipinfo', words: [[ADDRESS], [IPV6]], wrong: [[], ...BAD_ADDRESSES, [ADDRESS, 'extra']] },
  { command: 'ifaces', ...nothing },
  {
    command: 'nodestatus',
    words: [[], ['all']],
    wrong: [['0,2'], ['1'], ['9'], ['0,9'], ['x'], ['1,x'], [''], ['0,'], ['0,0'], ['1', '2'], ['-1']],
  },
  { command: 'listnodes', ...nothing },
  { command: 'pnn', ...nothing },
  { command: 'leader', ...nothing },
  { command: 'recmaster', ...nothing },
  { command: 'isnotrecmaster', ...nothing },
  { command: 'uptime', ...nothing, rule: TIMES },
  { command: 'ping', ...nothing, rule: PING },
  {
    command: 'runstate',
    words: [[], ['running']],
    wrong: [['startup', 'running'], ['setup'], ['nonsense'], ['RUNNING'], ['setup', 'nonsense'], ['']],
  },
  { command: 'getpid', ...nothing },
  {
    command: 'getvar',
    words: [['RecoverTimeout'], ['IPAllocAlgorithm']],
    wrong: [[], ['NoSuchVar'], ['recovertimeout'], [''], ['RecoverTimeout', 'extra'], ['MaxRedirectCount']],
  },
  { command: 'listvars', ...nothing },
  { command: 'getcapabilities', ...nothing },
  { command: 'getreclock', ...nothing },
  { command: 'getdebug', ...nothing },
  { command: 'statistics', ...nothing, rule: NUMBERS },
  { command: 'stats', words: [[], ['2']], wrong: [['x'], ['0'], ['-1'], ['2', 'extra']], rule: TIMES },
  {
    command: 'gettickles',
    words: [[ADDRESS], [ADDRESS, '445']],
    wrong: [[], ...BAD_ADDRESSES, [ADDRESS, 'x'], [ADDRESS, '99999'], [ADDRESS, '445', 'extra']],
  },
  { command: 'getdbmap', ...nothing },
  { command: 'getdbstatus', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['0x12345678'], ['a.tdb', 'extra']] },
  {
    command: 'dbstatistics',
    words: [],
    refused: ['nosuch.tdb'],
    wrong: [[], ['nosuch.tdb'], ['0x12345678'], ['a.tdb', 'extra']],
  },
  { command: 'getdbseqnum', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['0x12345678'], ['a.tdb', 'extra']] },
  {
    command: 'catdb',
    words: [],
    refused: ['nosuch.tdb'],
    wrong: [[], ['nosuch.tdb'], ['0xzz'], ['0x12345678'], ['a.tdb', 'extra']],
  },
  { command: 'attach', words: [], refused: ['a.tdb'], wrong: [[], ['a.tdb', 'nonsense'], ['a.tdb', 'persistent', 'extra']] },
  { command: 'detach', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'other.tdb']] },
  { command: 'setdbreadonly', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['0x1'], ['a.tdb', 'extra']] },
  { command: 'setdbsticky', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['0x1'], ['a.tdb', 'extra']] },
  { command: 'cattdb', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['a.tdb', 'extra']] },
  {
    command: 'pfetch',
    words: [],
    refused: ['nosuch.tdb', 'k'],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['a.tdb', 'k', 'extra']],
  },
  {
    command: 'pstore',
    words: [],
    refused: ['nosuch.tdb', 'k', 'v'],
    wrong: [[], ['a.tdb', 'k'], ['nosuch.tdb', 'k', 'v'], ['a.tdb', 'k', 'v', 'extra']],
  },
  {
    command: 'pdelete',
    words: [],
    refused: ['nosuch.tdb', 'k'],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['a.tdb', 'k', 'extra']],
  },
  {
    command: 'ptrans',
    words: [],
    refused: ['nosuch.tdb'],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', '/dev/null'], ['a.tdb', 'f', 'extra']],
  },
  {
    command: 'readkey',
    words: [],
    refused: ['nosuch.tdb', 'k'],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['nosuch.tdb', 'k', 'other'], ['a.tdb', 'k', 'readonly', 'extra']],
  },
  {
    command: 'writekey',
    words: [],
    refused: ['nosuch.tdb', 'k', 'v'],
    wrong: [[], ['a.tdb', 'k'], ['nosuch.tdb', 'k', 'v'], ['a.tdb', 'k', 'v', 'extra']],
  },
  {
    command: 'deletekey',
    words: [],
    refused: ['nosuch.tdb', 'k'],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'k'], ['a.tdb', 'k', 'extra']],
  },
  { command: 'wipedb', words: [], refused: ['nosuch.tdb'], wrong: [[], ['nosuch.tdb'], ['a.tdb', 'extra']] },
  {
    command: 'backupdb',
    words: [],
    refused: ['nosuch.tdb', 'f'],
    wrong: [[], ['nosuch.tdb'], ['nosuch.tdb', 'f'], ['a.tdb', 'f', 'extra']],
  },
  {
    command: 'restoredb',
    words: [],
    refused: ['/nonexistent'],
    wrong: [[], ['/nonexistent'], ['/etc/passwd'], ['a', 'b', 'extra']],
  },
  {
    command: 'dumpdbbackup',
    words: [],
    refused: ['/nonexistent'],
    wrong: [[], ['/nonexistent'], ['/etc/passwd'], ['f', 'extra']],
  },
  {
    command: 'tfetch',
    words: [],
    refused: ['/nonexistent', 'k'],
    wrong: [[], ['/nonexistent'], ['/nonexistent', 'k'], ['/etc/passwd', 'k'], ['f', 'k', 'o', 'extra']],
  },
  {
    command: 'tstore',
    words: [],
    refused: ['/nonexistent', 'k', 'v'],
    wrong: [[], ['/nonexistent', 'k'], ['/nonexistent', 'k', 'v'], ['/etc/passwd', 'k', 'v'], ['f', 'k', 'v', '1', '2', '3']],
  },
  { command: 'checktcpport', words: [['0'], ['x']], wrong: [[], ['4379'], ['1', 'extra']] },
  { command: 'dumpmemory', words: [], refused: [], wrong: [] },
  { command: 'rddumpmemory', words: [], refused: [], wrong: [] },
  {
    command: 'process-exists',
    words: [['1'], ['999999']],
    wrong: [[], ['x'], ['-1'], [''], ['1', '0x1'], ['1', 'x'], ['1', '2', '3']],
  },
  {
    command: 'scriptstatus',
    words: [[], ['monitor']],
    wrong: [['startup'], ['takeip'], ['nonsense'], ['all'], ['monitor', 'extra']],
    rule: TIMES,
  },
  {
    command: 'event',
    words: [
      ['status', 'legacy', 'monitor'],
      ['script', 'list', 'legacy'],
    ],
    wrong: [
      [],
      ['status'],
      ['status', 'legacy'],
      ['status', 'nosuch', 'monitor'],
      ['status', 'legacy', 'nosuch'],
      ['script'],
      ['script', 'list'],
      ['script', 'list', 'nosuch'],
      ['script', 'enable', 'legacy'],
      ['script', 'enable', 'legacy', 'nosuch'],
      ['script', 'disable', 'legacy', 'nosuch'],
      ['run'],
      ['run', '5', 'legacy'],
      ['run', 'x', 'legacy', 'monitor'],
      ['run', '5', 'nosuch', 'monitor'],
      ['nonsense'],
    ],
    rule: TIMES,
  },
  { command: 'natgw', words: [['list']], wrong: [[], ['leader'], ['status'], ['nonsense'], ['list', 'extra']] },
  { command: 'lvs', words: [['list']], wrong: [[], ['leader'], ['status'], ['nonsense'], ['list', 'extra']] },
  { command: 'version', ...nothing },
  // These commands change something, so they only get invalid arguments here. See changes.ts for the rest.
  { command: 'disable', words: [], refused: [], wrong: [['extra']] },
  { command: 'enable', words: [], refused: [], wrong: [['extra']] },
  { command: 'stop', words: [], refused: [], wrong: [['extra']] },
  { command: 'continue', words: [], refused: [], wrong: [['extra']] },
  { command: 'ban', words: [], refused: ['600'], wrong: [[], ['x'], ['0'], ['10', 'extra'], ['']] },
  { command: 'unban', words: [], refused: [], wrong: [['extra']] },
  { command: 'shutdown', words: [], refused: [], wrong: [['extra']] },
  { command: 'recover', words: [], refused: [], wrong: [['extra']] },
  { command: 'ipreallocate', words: [], refused: [], wrong: [['extra']] },
  { command: 'sync', words: [], refused: [], wrong: [['extra']] },
  {
    command: 'setvar',
    words: [],
    refused: ['RecoverTimeout', '30'],
    wrong: [[], ['RecoverTimeout'], ['NoSuchVar', '1'], ['RecoverTimeout', 'x'], ['RecoverTimeout', '1', '2']],
  },
  { command: 'setdebug', words: [], refused: ['NOTICE'], wrong: [[], ['nonsense'], ['NOTICE', 'extra'], ['99']] },
  {
    command: 'setifacelink',
    words: [],
    refused: ['eth2', 'up'],
    wrong: [[], ['eth1'], ['nosuch', 'up'], ['eth1', 'sideways'], ['eth1', 'up', 'extra'], ['', 'up']],
  },
  { command: 'setlmasterrole', words: [], refused: ['on'], wrong: [[], ['perhaps'], ['on', 'extra']] },
  { command: 'setleaderrole', words: [], refused: ['on'], wrong: [[], ['perhaps'], ['on', 'extra']] },
  { command: 'statisticsreset', words: [], refused: [], wrong: [['extra']] },
  {
    command: 'gratarp',
    words: [],
    refused: [ADDRESS, 'eth1'],
    wrong: [
      [],
      [ADDRESS],
      ['nonsense', 'eth1'],
      [ADDRESS, 'eth1', 'extra'],
      [ADDRESS, 'nosuch'],
      [ADDRESS, 'an-interface-name-too-long'],
    ],
  },
  {
    command: 'addtickle',
    words: [],
    refused: ['10.0.0.9:1', `${ADDRESS}:445`],
    wrong: [
      ['10.0.0.1:1'],
      ['nonsense', `${ADDRESS}:445`],
      ['10.0.0.1:1', 'nonsense'],
      ['10.0.0.1:1', '10.99.1.250:445'],
      ['10.0.0.1', ADDRESS],
    ],
  },
  {
    command: 'deltickle',
    words: [],
    refused: ['10.0.0.9:1', `${ADDRESS}:445`],
    wrong: [['10.0.0.1:1'], ['nonsense', `${ADDRESS}:445`], ['10.0.0.1:1', `${ADDRESS}:445`], ['10.0.0.1:1', '10.99.1.250:445']],
  },
  {
    command: 'moveip',
    words: [],
    refused: [ADDRESS, '1'],
    wrong: [
      [],
      [ADDRESS],
      ['10.99.1.250', '1'],
      ['nonsense', '1'],
      [ADDRESS, '9'],
      [ADDRESS, 'x'],
      [ADDRESS, '1', 'extra'],
      [ADDRESS, '-1'],
    ],
  },
  {
    command: 'addip',
    words: [],
    refused: ['10.99.1.140/24', 'eth1'],
    wrong: [
      [],
      ['10.99.1.140/24'],
      ['10.99.1.140', 'eth1'],
      ['nonsense', 'eth1'],
      ['10.99.1.140/24', 'eth1', 'extra'],
      [`${ADDRESS}/24`, 'eth1'],
    ],
  },
  { command: 'delip', words: [], refused: ['10.99.1.140'], wrong: [[], ...BAD_ADDRESSES.slice(0, -1), [ADDRESS, 'extra']] },
  { command: 'reloadnodes', words: [], refused: [], wrong: [['extra']] },
  { command: 'reloadips', words: [], refused: [], wrong: [['x'], ['9'], ['0,9'], ['all', 'extra']] },
]
