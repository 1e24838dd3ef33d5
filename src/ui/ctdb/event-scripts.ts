import { ERRNO } from '../../lib/errno.ts'
import type { ListedScript } from '../../lib/event/script-list.ts'
import { visible } from '../visible.ts'

/** `event script list` as `ctdb` prints it: what CTDB provides, an empty line, what is local; a star for what is enabled. */
export function ctdbScriptListText(scripts: readonly ListedScript[]): string {
  const of = (origin: ListedScript['origin']) =>
    scripts
      .filter((script) => script.origin === origin)
      .map(({ name, enabled }) => `${enabled ? '*' : ' '} ${visible(name)}\n`)
      .join('')
  return [of('ctdb'), of('local')].filter((text) => text !== '').join('\n')
}

/** The text and the exit status of `event script enable` and `disable`; no text for a success. */
export function ctdbSwitchText(
  outcome: string,
  { component, script, path }: { component: string; script: string; path: string },
): { text: string; status: number } {
  switch (outcome) {
    case 'invalid':
      return { text: `Script ${visible(script)} is invalid in ${visible(component)}\n`, status: ERRNO.EINVAL }
    case 'unknown':
      return { text: `Script ${visible(script)} does not exist in ${visible(component)}\n`, status: ERRNO.ENOENT }
    case 'no-file':
      return { text: `Script ${visible(path)} is not a file or a link\n`, status: ERRNO.EINVAL }
    case 'not-linked':
      return { text: `Failed to create symlink ${visible(path)}\n`, status: ERRNO.EIO }
    case 'not-unlinked':
      return { text: `Failed to remove symlink ${visible(path)}\n`, status: ERRNO.EIO }
    case 'not-changed':
      return { text: '', status: ERRNO.EACCES }
    default:
      return { text: '', status: 0 }
  }
}
