import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

/**
 * Run as `sh -c SCRIPT ctdbts FOLDER`: reads `+ PID` and `- PID` lines, and when its standard input ends, ends the process groups that were
 * added and not taken away, and removes the folder.
 */
const CLEANUP_SCRIPT = `
groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -)
      others=
      for each in $groups; do [ "$each" = "$group" ] || others="$others $each"; done
      groups=$others ;;
  esac
done
exec 2>/dev/null
for group in $groups; do kill -TERM "-$group"; done
rm -rf -- "$1"
tries=0
while [ "$tries" -lt 20 ]; do
  left=
  for group in $groups; do kill -0 "-$group" && left="$left $group"; done
  [ -n "$left" ] || break
  groups=$left
  tries=$((tries + 1))
  sleep 0.1
done
for group in $left; do kill -KILL "-$group"; done
rm -rf -- "$1"
`

/**
 * Ends processes and removes their folder when this program ends, however it ends: a process of its own notices that, as then its
 * standard input ends. ssh itself would stay connected.
 */
export class Cleanup {
  private readonly folder: string
  private readonly child: ChildProcess

  constructor(folder: string) {
    this.folder = folder
    // A session of its own, so that Ctrl-C does not end it.
    this.child = spawn('sh', ['-c', CLEANUP_SCRIPT, 'ctdbts', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    this.child.on('error', () => {})
    this.child.stdin?.on('error', () => {})
    this.child.unref()
  }

  /** Ends the process group of this leader at the end, too. */
  add(leader: number): void {
    this.child.stdin?.write(`+ ${leader}\n`)
  }

  /** The process has ended by itself; its number may be another's soon. */
  remove(leader: number): void {
    this.child.stdin?.write(`- ${leader}\n`)
  }

  /** Cleans up now. */
  run(): void {
    // The process may be ended before it comes to that, with the container or the service that this program runs in.
    rmSync(this.folder, { recursive: true, force: true })
    this.child.stdin?.end()
  }
}
