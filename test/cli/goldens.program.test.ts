import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { globalFlags, optionShapes } from '../../src/cli/options.ts'
import { commandIndex } from '../../src/cli/popt.ts'
import { COMMANDS } from '../../src/commands/index.ts'
import { EventServer } from '../support/event-server.ts'
import { goldenRuns } from '../support/goldens.ts'
import { ctdbts } from '../support/program.ts'
import { RecordedDaemon } from '../support/recorded-daemon.ts'
import { tempDir } from '../support/temp-dir.ts'

const shapes = optionShapes(globalFlags)
/** But for how long `ping` took. */
const steady = (stdout: string): string => stdout.replace(/(?<=^response from \d+ time=)\d+\.\d{6}/, '…')

/** The nodes files of the clusters that were recorded. */
const NODES: Readonly<Record<string, string>> = {
  '4.17': '10.99.0.1\n10.99.0.2\n10.99.0.3\n',
  '4.25': '127.0.0.1\n127.0.0.2\n127.0.0.3\n',
}

/** The event daemon was not recorded in these runs: what it must have said is read off what was printed, in UTC. */
function eventDaemonOf(stdout: string): EventServer {
  const lines = [...stdout.matchAll(/^(\S+) +OK +(\d+\.\d+) (.*)$/gm)]
  const scripts = lines.map(([, name = '', duration, began]) => ({
    name,
    begin: { seconds: Date.parse(`${began} UTC`) / 1000, microseconds: 0 },
    end: { seconds: Date.parse(`${began} UTC`) / 1000, microseconds: Number(duration) * 1e6 },
    result: 0,
    output: '',
  }))
  return new EventServer(() => ({ result: 0, summary: 0, scripts }))
}

const played = goldenRuns.filter(({ argv }) => Object.hasOwn(COMMANDS, argv[commandIndex(argv, shapes)] ?? ''))

describe('prints what ctdb printed when the packets of its run are replayed', () => {
  it.each(played.map((run, index) => ({ title: `${run.version} ctdb ${run.argv.join(' ')} (${index})`, run })))(
    '$title',
    async ({ run }) => {
      using dir = tempDir()
      await using daemon = await new RecordedDaemon(run.packets).listen(dir.file('s'))
      // For `version`, which asks the tool that is installed.
      writeFileSync(dir.file('ctdb'), `#!/bin/sh\necho ${run.version === '4.25' ? '4.25.0pre1-UNKNOWN' : '4.17.12-Debian'}\n`, {
        mode: 0o755,
      })
      writeFileSync(dir.file('nodes'), NODES[run.version] ?? '')
      await using _ = await eventDaemonOf(run.stdout).listen(dir.file('eventd.socket'))
      const env = { CTDB_SOCKET: dir.file('s'), CTDB_BASE: dir.path, TZ: 'UTC', PATH: dir.path }
      const { stdout, stderr, status } = await ctdbts(run.argv, env)
      expect({ stdout: steady(stdout), stderr, status }).toEqual({
        stdout: steady(run.stdout),
        stderr: run.stderr,
        status: run.status,
      })
      expect(daemon.unexpected).toEqual([])
    },
  )
})
