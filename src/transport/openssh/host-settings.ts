/** What OpenSSH makes of a host, as far as it matters here. */
export interface HostSettings {
  readonly user: string
  readonly host: string
  readonly port: number
  /** Path of the socket of a connection that the user's programs share. */
  readonly controlPath: string | undefined
  /** In milliseconds. */
  readonly connectTimeoutMs: number | undefined
  /** Whether a host that says nothing is asked for a sign of life. */
  readonly probes: boolean
  /** What leads to the host, where it is not connected to directly. */
  readonly proxy: { readonly keyword: 'ProxyCommand' | 'ProxyJump'; readonly value: string } | undefined
}

/** Reads what `ssh -G` prints: a keyword and its value on each line. Keywords that are not set are missing, or have the value `none`. */
export function parseHostSettings(text: string): HostSettings {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [keyword = '', value = ''] = line.split(/ (.*)/s)
    if (!values.has(keyword) && value !== 'none') values.set(keyword, value)
  }
  const seconds = Number(values.get('connecttimeout') ?? 0)
  return {
    user: values.get('user') ?? '',
    host: values.get('hostname') ?? '',
    port: Number(values.get('port')),
    controlPath: values.get('controlpath'),
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : undefined,
    probes: Number(values.get('serveraliveinterval') ?? 0) > 0,
    proxy: proxyOf(values),
  }
}

function proxyOf(values: ReadonlyMap<string, string>): HostSettings['proxy'] {
  for (const keyword of ['ProxyCommand', 'ProxyJump'] as const) {
    const value = values.get(keyword.toLowerCase())
    if (value !== undefined) return { keyword, value }
  }
  return undefined
}
