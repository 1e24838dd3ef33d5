/** A value as a shell reads it, without anything that only a shell could tell. */
const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=(["']?)([\w./: -]*)\2$/

/** What the interface is a part of. Neither program gives addresses to such a part. */
const PARENTS = ['MASTER', 'BRIDGE', 'TEAM_MASTER'].flatMap((name) => [name, `${name}_UUID`])

/**
 * The addresses that an ifcfg file sets, by its lines about addresses. None where that depends on something else, or on who brings the interface
 * up.
 */
export function ifcfgAddresses(text: string, by: 'NetworkManager' | 'network-scripts'): string[] {
  const values = new Map<string, string>()
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue
    const [, name = '', , value = ''] = ASSIGNMENT.exec(line) ?? []
    if (name === '') return []
    values.set(name, value)
  }
  const is = (name: string, pattern: RegExp) => pattern.test(values.get(name) ?? '')
  const isSet = is('ONBOOT', /^(yes|true|)$/i) && is('BOOTPROTO', /^(none|static|)$/i)
  if (!isSet || (by === 'NetworkManager' && !is('NM_CONTROLLED', /^(yes|true|)$/i))) return []
  if (PARENTS.some((name) => values.has(name))) return []
  const named = [...values].flatMap(([name, value]) => (/^IPADDR\d*$/.test(name) ? [value] : []))
  if (!is('IPV6INIT', /^(yes|true)$/i)) return named
  return [...named, values.get('IPV6ADDR') ?? '', ...(values.get('IPV6ADDR_SECONDARIES') ?? '').split(/\s+/)]
}
