import { CtdbtsError } from '../../lib/errors.ts'
import { type FoundScript, type ListedScript, listScripts } from '../../lib/event/script-list.ts'
import type { ExecResult, HostAccess } from '../host-access.ts'
import { machineOf } from '../place.ts'

/** Where a machine has its event scripts. */
export interface ScriptFolders {
  readonly access: HostAccess
  readonly timeoutMs: number
  /** The folder with CTDB's configuration. */
  readonly etc: string
  /** Where CTDB's own scripts may be installed; the first that is there counts. */
  readonly data: readonly string[]
}

/** Far more than there are scripts. */
const MAX_BYTES = 1 << 20

// Constant POSIX sh scripts. Names and folders come as positional parameters, so that nothing in them is ever read by a shell.

/** Parameters: the component, the folder of the configuration, and those where the data may be. Prints fields that end in NUL. */
const LIST = `
component=$1 etc=$2/events/$1; shift 2
show() {
  [ -d "$2" ] || return 0
  printf "%s\\000" "$1folder" "$(cd "$2" && pwd -P)" "" ""
  for path in "$2"/[0-9][0-9].*.script; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    executable=; [ -e "$path" ] && [ -n "$(find -L "$path" -prune -perm -100 2>/dev/null)" ] && executable=x
    printf "%s\\000" "$1" "\${path##*/}" "$executable" "$(readlink "$path")"
  done
}
for data do
  if [ -e "$data/events/$component" ]; then show data "$data/events/$component"; break; fi
done
show etc "$etc"
`

/** Parameters: enable or disable, the component, the script, and the folders as above. Its last word says what became of it. */
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

/** What became of a script that was to be enabled or disabled, as the shell script says it. */
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
 * @returns undefined for `scripts` when the configuration has no folder for them; for `dataFolder` when CTDB provides none.
 * @throws CtdbtsError SCRIPTS_UNKNOWN; as HostAccess.exec.
 */
export async function findScripts(
  folders: ScriptFolders,
  component: string,
): Promise<{ dataFolder: string | undefined; scripts: ListedScript[] | undefined }> {
  const fields = (await runIn(folders, LIST, [component, folders.etc, ...folders.data])).split('\0')
  const rows = Array.from({ length: Math.floor(fields.length / 4) }, (_, row) => fields.slice(4 * row, 4 * row + 4))
  const folderOf = (kind: string) => rows.find(([name]) => name === `${kind}folder`)?.[1]
  const scriptsIn = (kind: string) => rows.filter(([name]) => name === kind).map(foundScript)
  const dataFolder = folderOf('data')
  const scripts = listScripts(dataFolder ?? '', scriptsIn('data'), scriptsIn('etc'))
  return { dataFolder, scripts: folderOf('etc') === undefined ? undefined : scripts }
}

const foundScript = ([, file = '', executable, target]: readonly string[]): FoundScript => ({
  name: file.replace(/\.script$/, ''),
  executable: executable === 'x',
  target: target || undefined,
})

/**
 * Enables or disables an event script, by a link or by its mode.
 * @throws CtdbtsError SCRIPTS_UNKNOWN; as HostAccess.exec.
 */
export async function switchScript(
  folders: ScriptFolders,
  action: 'enable' | 'disable',
  component: string,
  script: string,
): Promise<ScriptOutcome> {
  const said = await runIn(folders, SWITCH, [action, component, script, folders.etc, ...folders.data])
  const outcome = OUTCOMES.find((each) => each === said)
  if (outcome) return outcome
  throw new CtdbtsError('SCRIPTS_UNKNOWN', `${machineOf(folders.access)} does not tell what became of ${script}`)
}

async function runIn({ access, timeoutMs }: ScriptFolders, script: string, words: readonly string[]): Promise<string> {
  const result: ExecResult = await access.exec(['sh', '-c', script, 'ctdbts', ...words], { timeoutMs, maxBytes: MAX_BYTES })
  if (result.exitStatus === 0) return result.stdout.toString()
  const why = result.stderr.trim().split('\n').at(-1) || `a shell there ended with status ${result.exitStatus}`
  throw new CtdbtsError('SCRIPTS_UNKNOWN', `cannot look at the event scripts (${machineOf(access)}): ${why}`, {
    hint: 'it takes a POSIX shell there, and the right to read the folder events in the configuration',
  })
}
