import { CtdbtsError } from '../../lib/errors.ts'
import { type FoundScript, type ListedScript, listScripts } from '../../lib/event/script-list.ts'
import { lastLineOf } from '../../lib/last-line.ts'
import { type ExecResult, type HostAccess, machineOf } from '../host-access.ts'

/** The folders of a machine's event scripts. */
export interface ScriptFolders {
  readonly access: HostAccess
  readonly timeoutMs: number
  /** The folder with CTDB's configuration. */
  readonly etc: string
  /** Where CTDB's own scripts may be installed; the first that exists counts. */
  readonly data: readonly string[]
}

/** Far more than the list of all scripts needs. */
const MAX_BYTES = 1 << 20

// Constant POSIX sh scripts. Names and folders come as positional parameters, so that a shell never interprets them.

/**
 * Parameters: the component, the configuration folder, and the possible data folders. Prints fields that end in NUL. It starts one
 * program for all scripts and one for each link, as starting programs is what takes time.
 */
const LIST = `
component=$1 etc=$2/events/$1; shift 2
show() {
  [ -d "$2" ] || return 0
  printf "%s\\000" "$1folder" "$(cd "$2" && pwd -P)" ""
  kind=$1
  set -- "$2"/[0-9][0-9].*.script
  for path do
    [ -e "$path" ] || [ -L "$path" ] || continue
    target=; [ -L "$path" ] && target=$(readlink "$path")
    printf "%s\\000" "$kind" "\${path##*/}" "$target"
  done
  find -L "$@" -prune -perm -100 -exec sh -c '
    kind=$1; shift
    for path do [ -e "$path" ] && printf "%s\\000" "$kind" "\${path##*/}" ""; done' sh "$kind-executable" {} + 2>/dev/null
  return 0
}
for data do
  if [ -e "$data/events/$component" ]; then show data "$data/events/$component"; break; fi
done
show etc "$etc"
`

/** Parameters: enable or disable, the component, the script, and the folders as above. Prints one word, the outcome. */
const SWITCH = `
action=$1 component=$2 script=$3 file=$4/events/$2/$3.script; shift 4
end() { printf "%s" "$1"; exit 0; }
if [ -L "$file" ]; then
  [ "$action" = enable ] && end unchanged
  rm -f "$file" && end unlinked
  end not-unlinked
elif [ -f "$file" ]; then
  case $script.script in [0-9][0-9].*.script) ;; *) end invalid ;; esac
  if [ "$action" = enable ]; then chmod a+x "$file" && end changed; else chmod a-x "$file" && end changed; fi
  end not-changed
elif [ -e "$file" ]; then
  end no-file
elif [ "$action" = disable ]; then
  end unchanged
fi
for data do
  if [ -e "$data/events/$component/$script.script" ]; then
    ln -s "$(readlink -f "$data/events/$component/$script.script")" "$file" && end linked
    end not-linked
  fi
done
end unknown
`

/** The outcomes of enabling or disabling a script, as the shell script prints them. */
const OUTCOMES = [
  'unchanged',
  'changed',
  'linked',
  'unlinked',
  'invalid',
  'no-file',
  'unknown',
  'not-linked',
  'not-unlinked',
  'not-changed',
] as const
export type ScriptOutcome = (typeof OUTCOMES)[number]

/** The path of a script in the configuration. */
export const scriptPath = ({ etc }: Pick<ScriptFolders, 'etc'>, component: string, script: string): string =>
  `${etc}/events/${component}/${script}.script`

/**
 * Lists the event scripts of a component.
 * @returns `scripts` is undefined if the configuration has no folder for them; `dataFolder`, if CTDB provides none.
 * @throws CtdbtsError SCRIPTS_UNKNOWN; as HostAccess.exec.
 */
export async function findScripts(
  folders: ScriptFolders,
  component: string,
): Promise<{ dataFolder: string | undefined; scripts: ListedScript[] | undefined }> {
  const fields = (await runIn(folders, LIST, [component, folders.etc, ...folders.data])).split('\0')
  const rows = Array.from({ length: Math.floor(fields.length / 3) }, (_, row) => fields.slice(3 * row, 3 * row + 3))
  const rowsOf = (kind: string) => rows.filter(([name]) => name === kind)
  const folderOf = (kind: string) => rowsOf(`${kind}folder`)[0]?.[1]
  const scriptsIn = (kind: string) => {
    const executable = new Set(rowsOf(`${kind}-executable`).map(([, file]) => file))
    return rowsOf(kind).map(([, file = '', target]) => foundScript(file, executable.has(file), target))
  }
  const dataFolder = folderOf('data')
  const scripts = listScripts(dataFolder ?? '', scriptsIn('data'), scriptsIn('etc'))
  return { dataFolder, scripts: folderOf('etc') === undefined ? undefined : scripts }
}

const foundScript = (file: string, executable: boolean, target: string | undefined): FoundScript => ({
  name: file.replace(/\.script$/, ''),
  executable,
  target: target || undefined,
})

/**
 * Enables or disables an event script, by adding or removing a link, or by changing its mode.
 * @throws CtdbtsError SCRIPTS_UNKNOWN; as HostAccess.exec.
 */
export async function switchScript(
  folders: ScriptFolders,
  action: 'enable' | 'disable',
  component: string,
  script: string,
): Promise<ScriptOutcome> {
  const word = await runIn(folders, SWITCH, [action, component, script, folders.etc, ...folders.data])
  const outcome = OUTCOMES.find((each) => each === word)
  if (outcome) return outcome
  throw new CtdbtsError('SCRIPTS_UNKNOWN', `cannot determine whether ${script} was ${action}d on ${machineOf(folders.access)}`)
}

async function runIn({ access, timeoutMs }: ScriptFolders, script: string, words: readonly string[]): Promise<string> {
  const result: ExecResult = await access.exec(['sh', '-c', script, 'ctdbts-event-scripts', ...words], {
    timeoutMs,
    maxBytes: MAX_BYTES,
  })
  if (result.exitStatus === 0) return result.stdout.toString()
  const why = lastLineOf(result.stderr) || `exit status ${result.exitStatus}`
  throw new CtdbtsError('SCRIPTS_UNKNOWN', `cannot examine the event scripts on ${machineOf(access)}: ${why}`, {
    hint: 'check that the machine has a POSIX shell, and that you may read the folder `events` of its configuration',
  })
}
