// A daemon in a process of its own, for `npm run bench`. Arguments: its socket, and which recording it has;
// without one it answers GET_PNN, and nothing else.
import { connect, createServer } from 'node:net'
import { goldenRuns } from '../../test/support/goldens.ts'
import { RecordedDaemon } from '../../test/support/recorded-daemon.ts'
import { answerBasics, ScriptedDaemon } from '../../test/support/scripted-daemon.ts'

/** Runs of the real tool (4.17) whose packets make up a recording. */
const RECORDINGS: Record<string, readonly string[]> = {
  ip: ['ip'],
  status: ['status'],
  'ip-all': ['-X ip all -v'],
  listvars: ['listvars'],
}

/** How far away a daemon is whose kind begins with `far-`: a node in the next room, with the daemon between it and us. */
const FAR_MS = 2

const [, , socket = '', name = ''] = process.argv
const far = name.startsWith('far-')
const kind = far ? name.slice('far-'.length) : name
const path = far ? `${socket}.near` : socket
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
if (far) {
  const server = createServer((client) => {
    const daemon = connect(path)
    client.pipe(daemon)
    daemon.on('data', (chunk) => setTimeout(() => client.write(chunk), FAR_MS))
    for (const end of [client, daemon]) end.on('error', () => {})
    client.on('close', () => daemon.destroy())
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
}
process.send?.('ready')
