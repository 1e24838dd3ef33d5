// A daemon in a process of its own, for `npm run bench`. Arguments: its socket, and which recording it has;
// without one it answers GET_PNN, and nothing else.
import { goldenRuns } from '../../test/support/goldens.ts'
import { RecordedDaemon } from '../../test/support/recorded-daemon.ts'
import { answerBasics, ScriptedDaemon } from '../../test/support/scripted-daemon.ts'

/** Runs of the real tool (4.17) whose packets make up a recording. */
const RECORDINGS: Record<string, readonly string[]> = {
  ip: ['ip'],
}

const [, , path = '', kind = ''] = process.argv
const commands = RECORDINGS[kind]

if (commands) {
  const runs = commands.map((command) => {
    const run = goldenRuns.find(({ argv, version }) => version === '4.17' && argv.join(' ') === command)
    if (!run) throw new Error(`there is no golden run of ctdb ${command}`)
    return run.packets
  })
  await new RecordedDaemon(...runs).listen(path)
} else {
  await new ScriptedDaemon(path, (exchange) => answerBasics(exchange)).listen()
}
process.send?.('ready')
