import { CtdbtsError } from '../errors.ts'
import { lastLineOf } from '../last-line.ts'
import { SHELL_STATUS } from '../shell-status.ts'
import type { Section } from './sections.ts'

/** The sections of an answer, of which any may be missing or hold anything. */
export class SectionTexts {
  protected readonly sections: ReadonlyMap<string, Section>
  private readonly lost: CtdbtsError | undefined

  /** @param lost why there may be fewer of them than there ought to be, where that is known. */
  constructor(sections: ReadonlyMap<string, Section>, lost: CtdbtsError | undefined) {
    this.sections = sections
    this.lost = lost
  }

  /** @throws CtdbtsError HOST_INCOMPLETE when it is not there, HOST_TOO_LONG when it is not all there. */
  get(name: string): Section {
    const section = this.sections.get(name)
    if (!section) throw this.lost ?? new CtdbtsError('HOST_INCOMPLETE', 'the answer of the node is not whole')
    if (section.truncated) throw new CtdbtsError('HOST_TOO_LONG', `it is too long: more than ${section.content.length} bytes`)
    return section
  }

  /** @throws CtdbtsError as `get`; HOST_NO_PROGRAM or HOST_UNREADABLE, saying why, when what should have printed it has failed. */
  text(name: string): string {
    const section = this.get(name)
    if (section.status !== 0) throw failed(section)
    return textOf(section)
  }
}

/** The content of a section as text. */
export const textOf = ({ content }: Section): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(content)

function failed({ status, said }: Section): CtdbtsError {
  const last = lastLineOf(said)
  const code = status === SHELL_STATUS.notFound ? 'HOST_NO_PROGRAM' : 'HOST_UNREADABLE'
  // What `timeout` returns when it had to end a command.
  return new CtdbtsError(code, last || (status === 124 ? 'it took too long' : `exit status ${status}`))
}
