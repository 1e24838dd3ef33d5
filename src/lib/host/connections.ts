import type { HostConnection } from '../snapshot/host-facts.ts'

const STATES = ['LISTEN', 'ESTAB', 'SYN-SENT'] as const

/**
 * Reads what `ss -tano` prints of TCP connections: those that are up, wanted or waited for. Lines of another form do not count: the heading
 * is one of them.
 */
export const parseConnections = (text: string): HostConnection[] => text.split('\n').flatMap((line) => readLine(line) ?? [])

/** `SYN-SENT 0 1 10.0.0.1:34567 10.0.0.2:4379 timer:(on,1.2sec,2)`: state, queues, both ends, and, if something is to be sent again, when. */
function readLine(line: string): HostConnection | undefined {
  const [word, , , ownEnd = '', otherEnd = '', ...rest] = line.trim().split(/\s+/)
  const state = STATES.find((each) => each === word)
  const [local, peer] = [readEnd(ownEnd), readEnd(otherEnd)]
  if (!state || !local || !peer) return undefined
  // The timer `persist` says that the other end answers, but does not want more.
  const resent = Number(/\btimer:\(on,[^,)]*,(\d{1,3})\)/.exec(rest.join(' '))?.[1] ?? 0)
  return { state, local, peer, resent }
}

/** `10.0.0.1:4379`, `[fd00::1%eth0]:4379`, `*:*`. */
function readEnd(text: string): HostConnection['local'] | undefined {
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]%]*)(?:%[^\]]*)?\]|(.*)):(\d{1,5}|\*)$/.exec(text) ?? []
  if (port === '') return undefined
  return { address: bracketed ?? plain, port: port === '*' ? null : Number(port) }
}
