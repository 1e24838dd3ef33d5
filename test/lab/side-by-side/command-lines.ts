/** The PNNs of the lab. */
const NODES = ['0', '1', '2']

const COMMANDS = [['ip'], ['ip', 'all'], ['status']]

/** Options that choose an output, in different spellings and orders. */
const FORMS = [
  ['-v'],
  ['--verbose'],
  ['-X'],
  ['-Y'],
  ['-X', '-v'],
  ['-Xv'],
  ['-Yv'],
  ['-vX'],
  ['-Y', '-x', ','],
  ['-x', ';', '-Yv'],
  ['-Xx,'],
  ['-Y', '--separator=::'],
]

const LIMITS = [['-t', '3'], ['-t3'], ['--timelimit=3'], ['-T', '20'], ['-vT', '20', '-t', '3'], ['-d', 'ERR']]

/** Options that name a node: existing and not, in decimal and other notations. */
const NAMED = [
  ['-n', '1'],
  ['-n2'],
  ['--node', '0'],
  ['--node=1'],
  ['-vn1'],
  ['-n', '0x1'],
  ['-n', '02'],
  ['-n', '9'],
  ['-n', '-1'],
  ['-Xn9'],
]

/** Command lines that are rejected before any node is asked. */
export const REFUSED_COMMAND_LINES: readonly (readonly string[])[] = [
  ['-z', 'ip'],
  ['ip', '-z'],
  ['-Xz', 'status'],
  ['--frob', 'status'],
  ['status', '--verbose=1'],
  ['ip', '-n'],
  ['status', '-t'],
  ['ip', '--node'],
  ['-n', 'x', 'ip'],
  ['ip', '-n', '1x'],
  ['--node=x', 'status'],
  ['-n', '99999999999', 'ip'],
  ['status', '-t', '1.5'],
  ['status', '-T', 'soon'],
  ['frob'],
  ['-X', 'frob', '-n', '1'],
  ['IP'],
]

/** Every option with every command, in front of it and behind it in turn. */
export const ALL_COMMAND_LINES: readonly (readonly string[])[] = [
  ...COMMANDS,
  ...[...FORMS, ...LIMITS, ...NAMED].flatMap((options, row) =>
    COMMANDS.map((command, column) => ((row + column) % 2 === 0 ? [...options, ...command] : [...command, ...options])),
  ),
  ['ip', '-v', 'all'],
  ['-X', 'ip', '-n', '1', 'all', '-v'],
]

/** Command lines that show the state of the cluster. */
export const STATE_COMMAND_LINES: readonly (readonly string[])[] = [
  ['ip'],
  ['-v', 'ip'],
  ['ip', 'all'],
  ['-X', 'ip', 'all', '-v'],
  ['status'],
  ['-X', 'status'],
  ...NODES.flatMap((node) => [
    ['-n', node, 'ip', '-v'],
    ['status', '-n', node],
    ['-Xn', node, 'ip', 'all'],
  ]),
]
