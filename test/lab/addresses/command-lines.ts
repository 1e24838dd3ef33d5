const OWN = '10.99.1.131'
const OTHER = '10.99.1.132'
const SIX = 'fd00:99:1::131'
const UNKNOWN = '10.99.1.99'

/** Command lines that only read. */
export const READS: readonly (readonly string[])[] = [
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

/** Command lines that fail at once, or change nothing. */
export const REFUSED: readonly (readonly string[])[] = [
  ...['10.99.1', '10.99.1.131/24', '10.99.1.0131', 'x', '', UNKNOWN, 'fd00::', '::ffff:a63:183', '[10.99.1.131]'].map((ip) => [
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
  ...[[UNKNOWN], ['x'], [OWN, 'x'], [OWN, '99999999999999999999'], [OWN, '445', 'x']].map((words) => ['gettickles', ...words]),
  ['addtickle', '1.2.3.4:5'],
  ['addtickle', '1.2.3.4', `${OWN}:445`],
  ['addtickle', '1.2.3.4:5', OWN],
  ['addtickle', '1.2.3.4:5', `${UNKNOWN}:445`],
  ['addtickle', '1.2.3.4:', `${OWN}:445`],
  ['addtickle', '1.2.3.4:5', `${OWN}:445`, 'x'],
  ['deltickle', '1.2.3.4:x', `${OWN}:445`],
  ['deltickle', '1.2.3.4:5', `${UNKNOWN}:445`],
  ['gratarp', OWN],
  ['gratarp', 'x', 'eth1'],
  ['addip', '10.99.1.140', 'eth1'],
  ['addip', '10.99.1.140/', 'eth1'],
  ['addip', '10.99.1.140/2x', 'eth1'],
  ['addip', 'x/24', 'eth1'],
  ['addip', `${OWN}/24`, 'eth1'],
  ['addip', `${SIX}/8`, 'nothing'],
  ['addip', '10.99.1.140/24'],
  ['delip', UNKNOWN],
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

/** Command lines that fail after five attempts, which take 15 seconds. */
export const RETRIED: readonly (readonly string[])[] = [
  ['addip', '10.99.1.140/24', 'nothing'],
  ['moveip', UNKNOWN, '1'],
  ['moveip', OWN, '9'],
]

/** Command lines for a cluster in which node 2 is out. */
export const WITH_NODE_OUT: readonly (readonly string[])[] = [
  ['nodestatus', 'all'],
  ['nodestatus', '-X', 'all'],
  ['nodestatus', '2'],
  ['-n', '2', 'nodestatus'],
  ['-n', '2', 'ifaces'],
  ['-n', '2', 'ipinfo', OTHER],
  ['-n', '2', 'gettickles', OTHER],
  ['-n', '2', 'delip', UNKNOWN],
  ['-n', '2', 'addip', `${OTHER}/24`, 'eth1'],
]
