import { KNOWN_SOCKETS } from '../../src/lib/cluster/paths.ts'
import { EXIT_STATUS } from '../../src/lib/errors.ts'
import { CTDB_BASE } from '../../src/lib/host/shell-parts.ts'

/** What the exit statuses of {@link EXIT_STATUS} mean. */
const MEANINGS: Readonly<Record<keyof typeof EXIT_STATUS, string>> = {
  ok: 'Success.',
  failure: 'Failure.',
  loginRefused: 'The SSH server refused the login.',
  noTerminal: 'The SSH login needs an answer, and nobody can be asked.',
  connectionEnded: 'The SSH connection ended.',
  timedOut: 'A node or a host did not answer in time.',
  connectionRefused: 'Nothing listens for SSH connections on the host.',
  unreachable: 'The host cannot be reached.',
  unknownKey: 'The SSH key of the host is not known.',
  noProgram: 'There is no program `ssh`.',
  badKey: 'The SSH key of the host is not the known one.',
}

/** The exit statuses of all commands, with what they mean. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ...Object.entries(EXIT_STATUS).map(([name, status]) => [status, MEANINGS[name as keyof typeof EXIT_STATUS]] as const),
  [2, 'Of `verify`, `takeover-run` and `reloadips`: see there.'] as const,
  [3, 'Of `verify`, `takeover-run` and `reloadips`: see there.'] as const,
  [22, 'Invalid argument, where `ctdb` also ends with 22.'] as const,
  [62, 'Not all nodes disabled or enabled recoveries or takeover runs in time.'] as const,
  [129, 'The terminal was lost (SIGHUP).'] as const,
  [130, 'Ctrl-C (SIGINT).'] as const,
  [141, 'The reader of standard output has gone (SIGPIPE).'] as const,
  [143, 'SIGTERM.'] as const,
]
  .toSorted(([a], [b]) => a - b)
  .map(([status, meaning]) => [String(status), meaning])

/** The environment variables that users may set, with what they do. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  CTDB_SOCKET: 'The socket of the CTDB daemon, where `--socket` does not name one.',
  CTDB_TIMEOUT: 'The total time limit in seconds, where `-T` does not give one.',
  CTDB_BASE: "The folder of CTDB's configuration on this machine, where `--config-dir` does not name one.",
  CTDB: 'The program that `natgw` and `lvs` let the scripts of CTDB call, instead of ctdbts.',
  CTDB_NATGW_HELPER: 'The script that `natgw` runs.',
  CTDB_LVS_HELPER: 'The script that `lvs` runs.',
  CTDB_TEST_MODE: "If set, sockets and configuration are those below CTDB_BASE, as in CTDB's own tests.",
  CTDBTS_DEBUG: 'If set, errors are printed with a stack trace, for reports of bugs.',
  NO_COLOR: 'If set, nothing is coloured.',
  COLORFGBG: 'The colours of the terminal, as it sets them: `watch` chooses colours for a light or a dark background by it.',
  TERM: 'The kind of terminal. If it is `dumb`, nothing is coloured, and `watch` prints lines instead of a screen.',
  'LC_ALL, LC_CTYPE, LANG':
    'The first that is set names the character set: `watch` draws with ASCII characters unless that is UTF-8.',
  'COLUMNS, LINES': 'The size of the screen of `watch`, where the terminal does not report one.',
  CI: 'If set, `watch` prints lines instead of a screen.',
  PAGER: 'The pager of `history` on a terminal; `less` by default, none if it is empty or `cat`.',
  HOME: 'The home folder, for the files below.',
  XDG_CONFIG_HOME: 'The folder for configuration, instead of ~/.config.',
  XDG_CACHE_HOME: 'The folder for caches, instead of ~/.cache.',
  XDG_RUNTIME_DIR: 'The folder for the sockets that `--ssh openssh` makes for its connections.',
  SSH_AUTH_SOCK: 'The socket of the SSH agent.',
}

/** The files of a user and of a machine, with what is in them. */
export const FILES: Readonly<Record<string, string>> = {
  '~/.config/ctdbts/config.toml': 'Clusters by name, and accepted findings of `verify`.',
  '~/.cache/ctdbts': 'Compiled code, so that the program starts faster where Node.js runs it. It can be deleted at any time.',
  '~/.ssh/config': 'How hosts are reached over SSH; also /etc/ssh/ssh_config, keys and known_hosts, as for ssh(1).',
  [KNOWN_SOCKETS.join(', ')]: 'Sockets of the CTDB daemon; the first that exists is used.',
  [CTDB_BASE]: "CTDB's configuration, where neither `--config-dir` nor CTDB_BASE names another folder.",
}
