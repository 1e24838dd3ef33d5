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
const YES_OR_NO = /\(yes\/no|^Please type 'yes'/m

/** Nobody could be asked, and the login is given up. */
const CANCELLED = Symbol('cancelled')

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
    // The last passphrase for each key: where it is asked again, that was wrong.
    const given = new Map<string, string>()
    return async ({ text, isNotice }) => {
      if (isNotice) {
        this.notify(`${login.name}: ${text}`)
        return undefined
      }
      return await login.withoutTimeout(() =>
        this.inTurn(() => (PASSPHRASE.test(text) ? this.passphrase(text, given, login) : this.answer(text, login))),
      )
    }
  }

  /** Without an answer, the key is not used. */
  private async passphrase(text: string, given: Map<string, string>, login: AskingLogin): Promise<string | undefined> {
    const known = this.passphrases.get(text)
    const answer = known === undefined || known === given.get(text) ? await this.put(text, login) : known
    if (answer === CANCELLED) return undefined
    this.passphrases.set(text, answer ?? '')
    given.set(text, answer ?? '')
    return answer ?? ''
  }

  private async answer(text: string, login: AskingLogin): Promise<string | undefined> {
    const answer = await this.put(text.includes(login.name) ? text : `${login.name}: ${text}`, login)
    if (answer === undefined) login.giveUp(unanswered(login.name))
    return answer === CANCELLED ? undefined : answer
  }

  private async put(question: string, login: AskingLogin): Promise<string | undefined | typeof CANCELLED> {
    try {
      return await this.ask([...login.newLines(), question].join('\n'), { echo: YES_OR_NO.test(question) })
    } catch (error) {
      if (!(error instanceof CtdbtsError)) throw error
      login.giveUp(error)
      return CANCELLED
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
