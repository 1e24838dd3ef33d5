import { CtdbtsError } from '../../lib/errors.ts'
import { loginRefused } from '../ssh/errors.ts'
import type { AskUser } from '../ssh-connections.ts'
import type { Question } from './prompts.ts'

/** A login whose questions are answered. */
export interface AskingLogin {
  /** The host, as the user named it. */
  readonly name: string
  /** What ssh has printed since the last call; a user has to see it to understand the question. */
  readonly newLines: () => readonly string[]
  /** Waits for the user, with the time limit paused. */
  readonly withoutTimeout: <T>(wait: () => Promise<T>) => Promise<T>
  /** Called when there is no use in going on. */
  readonly giveUp: (error: CtdbtsError) => void
}

/** The question for a passphrase; it names the file, so that the answer is the same for each host. */
const PASSPHRASE = /^Enter passphrase for /
/** The question for an unknown host key. Only such an answer may be seen. */
const YES_OR_NO = /\(yes\/no/

/** Asks the user what several processes of ssh want to know: one question at a time, and for each passphrase once. */
export class Dialog {
  private readonly ask: AskUser
  private readonly notify: (text: string) => void
  private readonly passphrases = new Map<string, string>()
  private last: Promise<unknown> = Promise.resolve()

  constructor(ask: AskUser, notify: (text: string) => void) {
    this.ask = ask
    this.notify = notify
  }

  /** Answers the questions of one login. */
  answersFor(login: AskingLogin): (question: Question) => Promise<string | undefined> {
    const asked = new Set<string>()
    return async ({ text, isNotice }) => {
      if (isNotice) {
        this.notify(`${login.name}: ${text}`)
        return undefined
      }
      const isRepeated = asked.has(text)
      asked.add(text)
      return await login.withoutTimeout(() => this.inTurn(() => this.answer(text, isRepeated, login)))
    }
  }

  private async answer(text: string, isRepeated: boolean, login: AskingLogin): Promise<string | undefined> {
    const isPassphrase = PASSPHRASE.test(text)
    const known = this.passphrases.get(text)
    if (isPassphrase && known !== undefined && !isRepeated) return known
    try {
      const question = [...login.newLines(), text.includes(login.name) || isPassphrase ? text : `${login.name}: ${text}`]
      const answer = await this.ask(question.join('\n'), { echo: YES_OR_NO.test(text) })
      if (isPassphrase) {
        this.passphrases.set(text, answer ?? '')
        return answer ?? ''
      }
      if (answer === undefined) login.giveUp(unanswered(login.name))
      return answer
    } catch (error) {
      if (!(error instanceof CtdbtsError)) throw error
      login.giveUp(error)
      return undefined
    }
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const now = this.last.then(action)
    this.last = now.catch(() => {})
    return now
  }
}

const unanswered = (name: string): CtdbtsError =>
  loginRefused(`cannot log in to ${name}: a question was not answered`, 'answer it, or use a key')
