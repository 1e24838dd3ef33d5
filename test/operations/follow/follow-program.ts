// Follows the daemon behind the socket that is named, prints what kinds of things it observes, and closes when its input ends.

import { Follower } from '../../../src/operations/follow/follower.ts'
import { localHost } from '../../../src/transport/local/host.ts'

const follower = Follower.start({
  cluster: {
    entries: process.argv.slice(2).map((path) => ({
      name: path,
      reach: async () => ({ ...localHost(), connect: () => localHost().connect([path]) }),
    })),
    socketPaths: [],
    timeoutMs: 10_000,
  },
  intervalMs: 200,
  auditEveryMs: 60_000,
  observe: ({ kind }) => process.stdout.write(`${kind}\n`),
})
process.stdin.on('end', () => follower.close()).resume()
