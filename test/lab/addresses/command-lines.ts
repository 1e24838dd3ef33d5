const OWN = '10.99.1.131'
const OTHER = '10.99.1.132'
const SIX = 'fd00:99:1::131'
const NOBODYS = '10.99.1.99'

/** Commands that only look, and those that are refused: what they print is all that there is to compare. */
export const LOOKING: readonly (readonly string[])[] = [
  ...[OWN, OTHER, SIX, `[${SIX}]`, `::ffff:${OWN}`].map((ip) => ['ipinfo', ip]),
  ['-n', '1', 'ipinfo', OWN],
  ['ipinfo', '-X', OTHER],
  ['-v', 'ipinfo', SIX, '-n', '2'],
  ['ifaces'],
  ['-X', 'ifaces'],
  ['ifaces', '-Y', '-x', ','],
  ['-n', '1', 'ifaces'],
  ...[[], ['all'], ['0'], ['0,2'], ['2,1'], ['0x1'], ['1abc'], [',1,']].map((nodes) => ['nodestatus', ...nodes]),
  ['-n', '1', 'nodestatus'],
  ['-n', '1', 'nodestatus', 'all'],
  ['nodestatus', '-X', 'all'],
  ['-X', 'nodestatus', '2'],
  ...[[OWN], [OWN, '445'], [OWN, '0'], [SIX, '445x']].map((words) => ['gettickles', ...words]),
  ['-n', '2', 'gettickles', OTHER],
]

/** Refused, or of no use, at the end of the shortest time. */
export const REFUSED: readonly (readonly string[])[] = [
  ...['10.99.1', '10.99.1.131/24', '10.99.1.0131', 'x', '', NOBODYS, 'fd00::', '::ffff:a63:183', '[10.99.1.131]'].map((ip) => [
    'ipinfo',
    ip,
  ]),
  ['ipinfo'],
  ['ipinfo', OWN, OTHER],
  ['-n', '9', 'ipinfo', OWN],
  ['ifaces', 'all'],
  ...['9', 'x', '1,x', '-1', 'ALL', '4294967295', '99999999999999999999'].map((nodes) => ['nodestatus', nodes]),
  ['nodestatus', '0', '1'],
  ['setifacelink', 'eth1'],
  ['setifacelink', 'nothing', 'down'],
  ['setifacelink', 'nothing', 'sideways'],
  ['setifacelink', 'a-name-that-is-longer', 'up'],
  ['setifacelink', 'eth1', 'sideways'],
  ['gettickles'],
  ...[[NOBODYS], ['x'], [OWN, 'x'], [OWN, '99999999999999999999'], [OWN, '445', 'x']].map((words) => ['gettickles', ...words]),
  ['addtickle', '1.2.3.4:5'],
  ['addtickle', '1.2.3.4', `${OWN}:445`],
  ['addtickle', '1.2.3.4:5', OWN],
  ['addtickle', '1.2.3.4:5', `${NOBODYS}:445`],
  ['addtickle', '1.2.3.4:', `${OWN}:445`],
  ['addtickle', '1.2.3.4:5', `${OWN}:445`, 'x'],
  ['deltickle', '1.2.3.4:x', `${OWN}:445`],
  ['deltickle', '1.2.3.4:5', `${NOBODYS}:445`],
  ['gratarp', OWN],
  ['gratarp', 'x', 'eth1'],
  ['addip', '10.99.1.140', 'eth1'],
  ['addip', '10.99.1.140/', 'eth1'],
  ['addip', '10.99.1.140/2x', 'eth1'],
  ['addip', 'x/24', 'eth1'],
  ['addip', `${OWN}/24`, 'eth1'],
  ['addip', `${SIX}/8`, 'nothing'],
  ['addip', '10.99.1.140/24'],
  ['delip', NOBODYS],
  ['delip', 'x'],
  ['delip'],
  ['-n', '1', 'delip', 'fd00::'],
  ['moveip', OWN],
  ['moveip', 'x', '1'],
  ['moveip', OWN, 'x'],
  ['moveip', OWN, '-1'],
  ['moveip', OWN, '4294967295'],
  ['-n', '1', 'moveip', OWN, '1'],
]

/** Tried five times each, which takes a quarter of a minute. */
export const TRIED_IN_VAIN: readonly (readonly string[])[] = [
  ['addip', '10.99.1.140/24', 'nothing'],
  ['moveip', NOBODYS, '1'],
  ['moveip', OWN, '9'],
]

/** What is enough for a node that is out. */
export const WITH_A_NODE_OUT: readonly (readonly string[])[] = [
  ['nodestatus', 'all'],
  ['nodestatus', '-X', 'all'],
  ['nodestatus', '2'],
  ['-n', '2', 'nodestatus'],
  ['-n', '2', 'ifaces'],
  ['-n', '2', 'ipinfo', OTHER],
  ['-n', '2', 'gettickles', OTHER],
  ['-n', '2', 'delip', NOBODYS],
  ['-n', '2', 'addip', `${OTHER}/24`, 'eth1'],
]
