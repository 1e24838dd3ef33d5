import { saidByCtdb } from '../errors.ts'

/**
 * Where daemons keep their socket. Until 4.24 that is CTDB's own run directory; from 4.25 a folder `ctdb` in Samba's
 * sockets directory, which for a Samba built with FHS paths is /run/samba. The last two are a Samba built from source.
 */
export const KNOWN_SOCKETS = [
  '/run/ctdb/ctdbd.socket',
  '/var/run/ctdb/ctdbd.socket',
  '/run/samba/ctdb/ctdbd.socket',
  '/var/run/samba/ctdb/ctdbd.socket',
  '/usr/local/samba/var/run/ctdb/ctdbd.socket',
  '/usr/local/var/run/ctdb/ctdbd.socket',
] as const

/** Where the event daemon has its socket, for a ctdbd that has its own there: in the same folder. */
export const eventSocketBeside = (path: string): string => `${path.slice(0, path.lastIndexOf('/') + 1)}eventd.socket`

/** Where event daemons keep their socket: beside the one of their ctdbd. */
export const EVENTD_SOCKETS: readonly string[] = KNOWN_SOCKETS.map(eventSocketBeside)

/**
 * The folder in which CTDB keeps everything in test mode (CTDB_TEST_MODE is set, to whatever): configuration in it, sockets in `run`.
 * Undefined when this is not test mode.
 * @throws CtdbtsError TEST_MODE when CTDB_BASE does not name it; ctdb aborts.
 */
export function testBase(env: NodeJS.ProcessEnv): string | undefined {
  if (env.CTDB_TEST_MODE === undefined) return undefined
  return requiredInTestMode(env, 'CTDB_BASE')
}

/** The one place in which the daemon's socket is by this environment, or undefined when it may be in any of the known ones. */
export function socketByEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  if (env.CTDB_SOCKET) return env.CTDB_SOCKET
  const base = testBase(env)
  return base === undefined ? undefined : `${base}/run/ctdbd.socket`
}

/**
 * The one folder in which the helper programs are in test mode; undefined when this is not test mode.
 * @throws CtdbtsError TEST_MODE when CTDB_TEST_HELPER_BINDIR does not name it; ctdb aborts.
 */
export function helperFolder(env: NodeJS.ProcessEnv): string | undefined {
  return env.CTDB_TEST_MODE === undefined ? undefined : requiredInTestMode(env, 'CTDB_TEST_HELPER_BINDIR')
}

function requiredInTestMode(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name]
  if (value !== undefined) return value
  const line = `Broken CTDB setup, ${name} not set in test mode`
  throw saidByCtdb('TEST_MODE', line, {
    hint: `set ${name}, or do not set CTDB_TEST_MODE, which is for tests only`,
  })
}
