import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { ctdbts, RUN_JS } from '../../support/program.ts'
import { folder } from '../../support/served-cluster.ts'

const DASHBOARD = new URL('../../../docs/grafana-dashboard.json', import.meta.url)

/** An exporter that runs, until the end of the test. */
async function exporter(...argv: string[]) {
  const child = spawn(process.execPath, [RUN_JS, 'exporter', '--listen', '127.0.0.1:0', ...argv], { stdio: 'pipe' })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const url = /^listening on (http:\/\/127\.0\.0\.1:\d+\/metrics)$/.exec(line)?.[1] ?? line
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [status, killedBy] = await ended
    return { status, killedBy }
  }
  return { url, end, stderr: () => stderr }
}

/** The names of all metrics, and the labels of their samples. */
function metricsIn(text: string) {
  const names = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name)
  const labels = [...text.matchAll(/^\w+\{(.*)\} /gm)].flatMap(([, list = '']) =>
    [...list.matchAll(/(\w+)="/g)].map(([, label]) => label),
  )
  return { names, labels: new Set(labels) }
}

it('serves the metrics of audits, which the dashboard asks for, and nothing else', async () => {
  const file = folder().file('banned.sim')
  writeFileSync(file, 'nodes 3\naddresses 3\nat 0 ban 1 3000\nat 10 run\n')
  const { url, end, stderr } = await exporter('--sim-scenario', file, '--checks', 'node-banned')
  const response = await fetch(url)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  const text = await response.text()
  expect(text).toMatch(/^ctdbts_finding\{check="node-banned",severity="warning",pnn="1",/m)
  expect(text).toMatch(/^ctdbts_audit_success 1$/m)
  const { names, labels } = metricsIn(text)

  const open = await fetch(url, { headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' } })
  expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  const openText = await open.text()
  expect(openText).toMatch(/^[^\n]+(\n[^\n]+)*\n# EOF\n$/)
  // The same audit, which is kept.
  expect(openText).toContain(/^ctdbts_last_run_.*$/m.exec(text)?.[0])

  const dashboard = readFileSync(DASHBOARD, 'utf8')
  const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] }
  expect(panels.length).toBeGreaterThanOrEqual(4)
  for (const { expr } of panels.flatMap(({ targets }) => targets)) {
    const asked = expr.match(/\bctdbts_\w+/g) ?? []
    expect(asked.length, expr).toBeGreaterThan(0)
    expect(names, expr).toEqual(expect.arrayContaining(asked))
    const grouped = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []
    const matched = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label]) => label)
    // Prometheus itself adds the instance.
    for (const label of [...grouped, ...matched])
      expect(label === 'instance' || labels.has(label), `${expr}: ${label}`).toBe(true)
  }
  expect(names).toEqual(expect.arrayContaining(dashboard.match(/ctdbts_\w+/g) ?? []))
  const documented = readFileSync(new URL('../../../docs/monitoring.md', import.meta.url), 'utf8').match(/(?<=^\| `)ctdbts_\w+/gm)
  expect(documented?.toSorted()).toEqual(names.toSorted())

  const statusOf = async (path: string, method = 'GET') => (await fetch(new URL(path, url), { method })).status
  expect(await statusOf('/')).toBe(404)
  expect(await statusOf('/metrics/x')).toBe(404)
  expect(await statusOf('/metrics?x=1', 'HEAD')).toBe(200)
  expect(await statusOf('/metrics', 'POST')).toBe(405)

  const taken = await ctdbts(['exporter', '--socket', '/nonexistent', '--listen', new URL(url).host])
  expect(taken).toMatchObject({ status: 1, stdout: '' })
  expect(taken.stderr).toMatch(/^ctdbts: something else listens on 127\.0\.0\.1:\d+ already\n {2}choose another port/)

  expect(await end('SIGTERM')).toEqual({ status: 0, killedBy: null })
  expect(stderr()).toBe('')
})

it('shows that the cluster cannot be audited, and why, once', async () => {
  const { url, end, stderr } = await exporter('--socket', '/nonexistent', '--interval', '1')
  expect((await (await fetch(url)).text()).match(/^ctdbts_\w+ .*/gm)).toEqual([
    'ctdbts_audit_success 0',
    expect.stringMatching(/^ctdbts_audit_duration_seconds /),
  ])
  expect(await end('SIGINT')).toEqual({ status: 0, killedBy: null })
  expect(stderr()).toMatch(/^ctdbts: cannot audit: .*\/nonexistent.*\n$/)
})

it.each([
  ['exporter', '[default: 60]'],
  ['history', '[default: CTDB_TIMEOUT, or a day]'],
])('the help of %s has its own limit of time', async (command, limit) => {
  const help = (await ctdbts([command, '--help'])).stdout.replace(/\s+/g, ' ')
  expect(help).toContain(limit)
  expect(help).not.toContain('or 120]')
})

it.each([
  [['--listen', 'node1'], '--listen takes an IP address and a port, not "node1"'],
  [['--listen', '192.0.2.1:1'], 'cannot listen on 192.0.2.1:1: '],
  [['--interval', '1.25'], '--interval takes at least 1 and less than 100000 seconds, with one decimal at most, not "1.25"'],
  [['--checks', 'nothing'], 'there is no check "nothing"'],
  [['--table'], 'exporter does not take --table'],
  [['-n', '1'], 'exporter does not take -n'],
])('refuses %j', async (argv, message) => {
  const { status, stdout, stderr } = await ctdbts(['exporter', '--socket', '/nonexistent', ...argv])
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain(message)
})
