import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseIp } from '../../lib/address/ip-text.ts'
import { cannotListen } from '../../lib/cannot-listen.ts'
import { CtdbtsError } from '../../lib/errors.ts'

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
}

/** What a scraper gets. */
interface Scrape {
  readonly type: string
  readonly text: string
}

/** @returns undefined if there is nothing to show yet. */
export type GetScrape = (request: { readonly isOpenMetrics: boolean; readonly patienceMs: number }) => Promise<Scrape | undefined>

const PATH = '/metrics'
/** More scrapers than that are no scrapers. */
const MAX_CONNECTIONS = 64
/** A request has a few headers and no body. */
const REQUEST_LIMIT_MS = 10_000

/**
 * Reads `ADDRESS:PORT`: an IP address, in brackets for IPv6, or `localhost`.
 * @throws CtdbtsError USAGE.
 */
export function parseListen(text: string): ListenAddress {
  const [, ipv6, other, digits = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? other
  const port = Number(digits)
  const isAddress = ipv6 === undefined ? other === 'localhost' || familyOf(other) === 'ipv4' : familyOf(ipv6) === 'ipv6'
  if (host !== undefined && isAddress && port <= 65_535) return { host, port }
  throw new CtdbtsError('USAGE', `--listen takes an IP address and a port, not ${JSON.stringify(text)}`, {
    hint: 'as in 127.0.0.1:14379, [::1]:14379, or 0.0.0.0:14379 for all addresses of this machine',
  })
}

const familyOf = (text: string | undefined) => (text === undefined ? undefined : parseIp(text)?.family)

/**
 * Serves metrics over HTTP until it is disposed of.
 * @throws CtdbtsError PORT_IN_USE, CANNOT_LISTEN.
 */
export async function serveMetrics(
  { host, port }: ListenAddress,
  scrape: GetScrape,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(
    { requestTimeout: REQUEST_LIMIT_MS, headersTimeout: REQUEST_LIMIT_MS },
    (request, response) => void answer(request, response, scrape),
  )
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    // This listener stays: a connection that cannot be accepted, for lack of file descriptors, is an error too.
    server.on('error', (cause) => reject(cannotListen(host, port, cause)))
    server.listen({ host, port }, resolve)
  })
  const { address, family, port: actual } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}${PATH}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, scrape: GetScrape): Promise<void> {
  const end = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text)
  if (request.url?.split('?')[0] !== PATH) return void end(404, `there is only ${PATH}\n`)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return void end(405, 'only GET and HEAD\n')
  }
  const result = await scrape({
    isOpenMetrics: request.headers.accept?.includes('application/openmetrics-text') ?? false,
    patienceMs: patienceOf(request),
  })
  if (result) end(200, result.text, result.type)
  else end(503, 'the first audit has not ended yet\n')
}

/** Time in which the answer gets to the scraper. */
const MARGIN_MS = 500
const MAX_PATIENCE_SECONDS = 3_600

/** How long the scraper waits: Prometheus says it, and others wait for the end of the audit. */
function patienceOf({ headers }: IncomingMessage): number {
  const seconds = Number(headers['x-prometheus-scrape-timeout-seconds'])
  if (!(seconds > 0 && seconds < MAX_PATIENCE_SECONDS)) return MAX_PATIENCE_SECONDS * 1000
  return Math.max(seconds * 500, seconds * 1000 - MARGIN_MS)
}
