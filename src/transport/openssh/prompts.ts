import { accessSync, chmodSync, constants, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { quoteWords } from '../quote.ts'
import { scriptWords } from '../script-words.ts'

/** What ssh asks its user. */
export interface Question {
  readonly text: string
  /** Whether no answer is expected: the user is to touch a key. */
  readonly isNotice: boolean
}

/** Run by node as `SCRIPT SOCKET PROMPT`: passes the prompt on, and prints the answer; fails where there is none. */
const HELPER_SCRIPT = `
const { connect } = require('node:net')
const [path, text = ''] = process.argv.slice(2)
const socket = connect(path)
let answer = ''
socket.on('connect', () => socket.write(JSON.stringify({ text, isNotice: process.env.SSH_ASKPASS_PROMPT === 'none' }) + '\\n'))
socket.on('data', (chunk) => { answer += chunk })
socket.on('end', () => { if (answer.endsWith('\\n')) process.stdout.write(answer); else process.exitCode = 1 })
socket.on('error', () => { process.exitCode = 1 })
`

/** The variable that says to our helper where the answers are. */
const SOCKET_VARIABLE = 'CTDBTS_ASKPASS_SOCKET'

/**
 * Writes the program that ssh runs to ask its user (SSH_ASKPASS). ssh could ask on the terminal itself; but then several would ask at the same time,
 * between our own lines, and Ctrl-C would end the connections.
 * @returns its path; undefined where no program may be run from that folder (a file system that is mounted noexec).
 */
export function writeAskpass(folder: string): string | undefined {
  const script = join(folder, 'askpass.cjs')
  writeFileSync(script, HELPER_SCRIPT, { mode: 0o600 })
  const path = join(folder, 'askpass')
  writeFileSync(path, `#!/bin/sh\nNODE_OPTIONS= exec ${quoteWords(scriptWords(script))} "$${SOCKET_VARIABLE}" "$1"\n`)
  chmodSync(path, 0o700)
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch {
    return undefined
  }
}

/** The environment of an ssh that asks through this program. */
export const askingEnvironment = (env: NodeJS.ProcessEnv, askpass: string, socketPath: string): NodeJS.ProcessEnv => ({
  ...env,
  SSH_ASKPASS: askpass,
  SSH_ASKPASS_REQUIRE: 'force',
  // OpenSSH before 8.4 knows no SSH_ASKPASS_REQUIRE; without a terminal, it asks by SSH_ASKPASS where there is a display.
  DISPLAY: env.DISPLAY || 'none',
  [SOCKET_VARIABLE]: socketPath,
})

/** Answers the questions of one ssh, as long as it is open. */
export class QuestionServer implements Disposable {
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.server = server
  }

  /**
   * @param answer the answer to a question; undefined when there is none, and for a notice.
   */
  static async listen(path: string, answer: (question: Question) => Promise<string | undefined>): Promise<QuestionServer> {
    const server = createServer({ allowHalfOpen: true })
    const questions = new QuestionServer(server)
    server.on('connection', (socket) => {
      questions.sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => questions.sockets.delete(socket))
      let line = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        line += chunk
        if (!line.endsWith('\n')) return
        const question: Question = JSON.parse(line)
        void answer(question).then((text) => {
          // ssh ends the helper that shows a notice.
          if (!question.isNotice) socket.end(text === undefined ? '' : `${text}\n`)
        })
      })
    })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    return questions
  }

  [Symbol.dispose](): void {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
  }
}
