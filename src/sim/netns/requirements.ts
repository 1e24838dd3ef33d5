import { CtdbtsError } from '../../lib/errors.ts'
import { run } from './command.ts'

/** The required programs, each with a harmless command to test it, and its Debian package. */
const TOOLS = [
  { probe: ['ip', '-V'], package: 'iproute2' },
  { probe: ['flock', '--version'], package: 'util-linux' },
] as const

/**
 * Checks that network namespaces can be used here.
 * @throws CtdbtsError NETNS_ROOT when this is not root on Linux, NETNS_TOOLS when a program is missing.
 */
export async function requireNetns(): Promise<void> {
  if (process.platform !== 'linux') {
    throw new CtdbtsError('NETNS_ROOT', `there are no network namespaces on ${process.platform}, only on Linux`, {
      hint: 'simulate without --netns: the network is in memory then',
    })
  }
  if (process.geteuid?.() !== 0) {
    throw new CtdbtsError('NETNS_ROOT', 'only root can make network namespaces', {
      hint: 'use sudo, or simulate without --netns: the network is in memory then',
    })
  }
  for (const tool of TOOLS) {
    const [name] = tool.probe
    await run(tool.probe).catch((cause: unknown) => {
      throw new CtdbtsError('NETNS_TOOLS', `the program \`${name}\` is missing, or not in the PATH`, {
        hint: `install it (\`apt-get install ${tool.package}\`), and have /usr/sbin and /usr/bin in the PATH`,
        cause,
      })
    })
  }
}
