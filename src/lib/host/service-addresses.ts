import { formatIp, parseIp } from '../address/ip-text.ts'
import { CtdbtsError } from '../errors.ts'
import type { ServiceAddress } from '../snapshot/host-facts.ts'
import { nulRecords } from './nul-fields.ts'

/** The event script of each service, and the beginning of its options. */
export const SERVICE_SCRIPTS = { NATGW: '11.natgw', LVS: '91.lvs' } as const satisfies Readonly<
  Record<ServiceAddress['service'], string>
>

/** Words at the start of a line that may make others depend on conditions, or read other files. */
const SHELL_WORDS = ['if', 'case', 'for', 'while', 'until', 'eval', 'source', '[.]']

/** Defines `services`, which prints of each service its name, and the lines of its options that count here, each closed by a NUL. */
export const SERVICES_PART = `
service_words="/^[[:blank:]]*#/d${SHELL_WORDS.map((word) => `; /^[[:blank:]]*${word}[[:blank:]]/p`).join('')}"
# As the script of the service reads them: first the options of all scripts, then its own.
service_lines() {
  if ! [ -e "$base/events/legacy/$2.script" ]; then return 0; fi
  printf "%s\\000" "$1"
  for file in "$base/script.options" "$base/events/legacy/$2.options"; do
    if [ -f "$file" ] && [ -r "$file" ]; then
      $limited sed -n "$service_words; /CTDB_$1_NODES/p; /CTDB_$1_PUBLIC_IP/p" "$file" || return
      echo
    fi
  done
  printf "\\000"
}
services() {
${Object.entries(SERVICE_SCRIPTS)
  .map(([service, script]) => `  service_lines ${service} ${script} || return\n`)
  .join('')}}
`

/**
 * Reads which addresses the services of CTDB itself have: those that have nodes. What only a shell can tell is left out, such as what depends on
 * the name of the machine.
 * @throws CtdbtsError HOST_UNREADABLE when a text is not of the form that `services` prints.
 */
export function parseServiceAddresses(text: string): ServiceAddress[] {
  const records = nulRecords(text, 2)
  if (!records) throw notUnderstood()
  return records.flatMap(([service = '', lines = '']): ServiceAddress[] => {
    if (!isService(service)) throw notUnderstood()
    const values = valuesIn(lines)
    const [address = ''] = values?.get(`CTDB_${service}_PUBLIC_IP`)?.split('/') ?? []
    const ip = values?.get(`CTDB_${service}_NODES`) ? parseIp(address) : undefined
    return ip ? [{ service, address: formatIp(ip) }] : []
  })
}

/** Those whose scripts are enabled. @param scripts all count as enabled if they are not known. */
export const enabledServices = (
  addresses: readonly ServiceAddress[],
  scripts: readonly string[] = Object.values(SERVICE_SCRIPTS),
): ServiceAddress[] => addresses.filter(({ service }) => scripts.includes(SERVICE_SCRIPTS[service]))

const isService = (name: string): name is ServiceAddress['service'] => Object.hasOwn(SERVICE_SCRIPTS, name)

/** What each variable is set to last; undefined where one is set to another thing than a plain word, or not by a plain line. */
function valuesIn(lines: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>()
  for (const line of lines.split('\n')) {
    if (line.trim() === '') continue
    const [, name, , value] = /^(\w+)=(["']?)([\w./:-]*)\2\s*(?:#.*)?$/.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    values.set(name, value)
  }
  return values
}

const notUnderstood = (): CtdbtsError =>
  new CtdbtsError('HOST_UNREADABLE', "the addresses of CTDB's own services cannot be understood")
