import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'

describeOnLab('home nodes', (lab) => {
  const file = (pnn: number) => lab.path(pnn, 'etc/home_nodes')
  const ctdbts = (...argv: string[]) => lab.ctdbts(0, ...argv, ...labSsh(lab).flags, '--host', '10.99.0.1')

  afterAll(() => {
    for (const pnn of lab.pnns) rmSync(file(pnn), { force: true })
  })

  it('are written on all nodes, after the proposal is shown', async () => {
    const { stdout: proposal } = await ctdbts('home-nodes', '--print')
    expect(await ctdbts('home-nodes', '--write')).toMatchObject({ status: 1, stderr: expect.stringContaining('confirmation') })
    expect(lab.pnns.filter((pnn) => existsSync(file(pnn)))).toEqual([])
    const { stdout, status } = await ctdbts('home-nodes', '--write', '--yes')
    expect(stdout).toMatch(/^With these home nodes, the next takeover run moves nothing/m)
    expect(stdout).toMatch(/Node 0: wrote \/etc\/ctdb\/home_nodes\nNode 1: wrote .*\nNode 2: wrote .*\n$/)
    expect(status).toBe(0)
    expect(lab.pnns.map((pnn) => readFileSync(file(pnn), 'utf8'))).toEqual(lab.pnns.map(() => proposal))
  })

  it('that CTDB 4.17 does not read are found', async () => {
    const { stdout } = await ctdbts('verify', '--checks', 'home-nodes-unused', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ id: 'home-nodes-unused', nodes: [0, 1, 2] }], unknown: [] })
  })
})
