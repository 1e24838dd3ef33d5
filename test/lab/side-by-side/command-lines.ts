/** PNNs of the lab. */
const NODES = ['0', '1', '2']

const COMMANDS = [['ip'], ['ip', 'all'], ['status']]

/** The ways to choose an output, each with other letters, other places of the letters, or another length. */
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

/** Ways to name a node: found and not found, decimal and not. */
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

/** Refused before any node is asked. */
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

/** Every option with every command; now in front of it, now behind. */
export const ALL_COMMAND_LINES: readonly (readonly string[])[] = [
  ...COMMANDS,
  ...[...FORMS, ...LIMITS, ...NAMED].flatMap((options, row) =>
    COMMANDS.map((command, column) => ((row + column) % 2 === 0 ? [...options, ...command] : [...command, ...options])),
  ),
  ['ip', '-v', 'all'],
  ['-X', 'ip', '-n', '1', 'all', '-v'],
]

/** What is enough to tell whether a state of the cluster is shown as the real tool does. */
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
