import { FIND_BASE, PREAMBLE, terse } from './shell-parts.ts'

/** What `sh` calls the script. Those who serve it know it by this name. */
const SCRIPT_NAME = 'ctdbts-write'

/** What the script prints before the path of the file that it has written. */
export const WRITTEN = 'ctdbts-written'

/** How long the text of a file may be, in bytes: Linux allows a word of a command 128 KiB. */
export const MAX_FILE_BYTES = 120_000

/**
 * Parameters: the folder with CTDB's configuration, or nothing to find it, the name of a file in it, and its new text. The file is replaced at
 * once, so that whoever reads it finds the old text or the new one. Where it is a link, that which it leads to is replaced.
 */
const SCRIPT = terse(`
base=$1 name=$2 text=$3
${PREAMBLE}
${FIND_BASE}
file=$base/$name
if [ -L "$file" ]; then file=$(readlink -f "$file") || exit 1; fi
if [ -d "$file" ]; then echo "$file is a folder" >&2; exit 1; fi
umask 022
new=$file.ctdbts-new
if printf "%s" "$text" >"$new" && mv -f "$new" "$file"; then
  printf "%s %s\\n" ${WRITTEN} "$file"
else
  rm -f "$new"
  exit 1
fi
`)

/** The command that writes a file beside CTDB's other files, word by word. */
export const writeCommand = (base: string, name: string, text: string): [string, ...string[]] => [
  'sh',
  '-c',
  SCRIPT,
  SCRIPT_NAME,
  base,
  name,
  text,
]
