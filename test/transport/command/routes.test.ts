import { describe, expect, it } from 'vitest'
import type { CtdbtsError } from '../../../src/lib/errors.ts'
import { type NodeRouteOptions, nodeRoutes, type SshHosts } from '../../../src/transport/command/routes.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import type { CommandRoute } from '../../../src/transport/running-command.ts'

const sshRoute = (host: string, through?: HostAccess): CommandRoute => ({
  name: host,
  reach: async () => ({ ...localHost(), name: through ? `ssh ${host} through ${through.name}` : `ssh ${host}` }),
})

const ssh = (...hosts: string[]): SshHosts => ({ entries: hosts.map((host) => sshRoute(host)), routeTo: sshRoute })

const routes = (options: Partial<NodeRouteOptions>) =>
  nodeRoutes({
    hosts: [],
    way: { isHere: false },
    nodes: {},
    sudo: false,
    connectTimeoutMs: 1000,
    onNotice: () => {},
    ...options,
  })

const reached = async (options: Partial<NodeRouteOptions>): Promise<HostAccess[]> =>
  await Promise.all(routes(options).entries.map(({ reach }) => reach()))

const namesOf = (accesses: readonly HostAccess[]): string[] => accesses.map(({ name }) => name)

describe('the routes to nodes', () => {
  it('lead over SSH, through a command here, through one on the host, or nowhere else', async () => {
    const accesses = await reached({
      hosts: ['h0', 'h1', 'smb-2', 'here'],
      way: { run: ['podman', 'exec', '-i', 'ctdb'], isHere: false },
      nodes: {
        '10.0.0.2': { host: 'h1', isHere: false },
        '10.0.0.3': { host: 'smb-2', isHere: true, run: ['kubectl', 'exec', '-i', '{node}', '--'] },
        '10.0.0.4': { host: 'here', isHere: true },
      },
      ssh: ssh('h0', 'h1'),
    })
    expect(namesOf(accesses)).toEqual(['ssh h0, podman exec -i ctdb', 'ssh h1', 'kubectl exec -i smb-2 --', 'locally'])
  })

  it('carry what is known of the node', async () => {
    const [access] = await reached({
      hosts: ['h0'],
      way: { run: ['docker', 'exec', '-i', 'ctdb'], isHere: false, network: 'host', socketPath: '/s', configFolder: '/c' },
      ssh: ssh('h0'),
    })
    expect(access).toMatchObject({ socketPath: '/s', configFolder: '/c', kernel: { name: 'ssh h0' }, expectedPnn: undefined })
    expect(access?.label).toBe('the machine behind `docker exec -i ctdb` on ssh h0')
  })

  it('put in the name and the number of a node', async () => {
    const options = {
      hosts: ['smb-0', '{index}'],
      way: { run: ['kubectl', 'exec', '{node}', 'smb-{index}'], isHere: true } as const,
      nodes: { '10.0.0.7': { host: 'seven', run: ['enter', '{node}'], isHere: true } as const },
    }
    const accesses = await reached(options)
    expect(namesOf(accesses)).toEqual(['kubectl exec smb-0 smb-0', 'kubectl exec {index} smb-1'])
    expect(accesses.map(({ expectedPnn }) => expectedPnn)).toEqual([0, 1])
    const { routeTo } = routes(options)
    const [through] = accesses as [HostAccess]
    const there = [routeTo?.('10.0.0.4', through, 3), routeTo?.('10.0.0.7', through, 6)]
    expect(namesOf(await Promise.all(there.flatMap((route) => route?.reach() ?? [])))).toEqual([
      'kubectl exec 10.0.0.4 smb-3',
      'enter seven',
    ])
    await expect(routeTo?.('10.0.0.4', through).reach()).rejects.toMatchObject({ code: 'NO_WAY' })
  })

  it('go on from an entry that SSH reaches, and directly without one', async () => {
    const options = {
      hosts: ['h0', 'here'],
      way: { isHere: false, socketPath: '/s' },
      nodes: { '10.0.0.2': { host: 'here', isHere: true, socketPath: '/t' } },
      ssh: ssh('h0'),
    }
    const [overSsh, local] = (await reached(options)) as [HostAccess, HostAccess]
    const { routeTo } = routes(options)
    expect((await routeTo?.('10.0.0.3', overSsh)?.reach())?.name).toBe('ssh 10.0.0.3 through ssh h0')
    expect((await routeTo?.('10.0.0.3', local)?.reach())?.name).toBe('ssh 10.0.0.3')
  })

  it('end with one node where the command names none', async () => {
    const way = { run: ['podman', 'exec', '-i', 'ctdb'], isHere: true } as const
    const { entries, routeTo } = routes({ hosts: ['a', 'b'], way })
    expect(entries.map(({ name }) => name)).toEqual(['podman exec -i ctdb'])
    expect(routeTo).toBeUndefined()
    const more = routes({ way, nodes: { '10.0.0.2': { host: 'x', run: ['enter', '{node}'], isHere: true } } })
    await expect(more.routeTo?.('10.0.0.3', localHost()).reach()).rejects.toMatchObject({ code: 'NO_WAY' })
    expect((await more.routeTo?.('10.0.0.2', localHost()).reach())?.name).toBe('enter x')
  })

  it('do not take a name for an option', () => {
    const way = { run: ['enter', '{node}'], isHere: true } as const
    expect(() => routes({ hosts: ['--privileged'], way })).toThrow(
      expect.objectContaining({ code: 'USAGE' } satisfies Partial<CtdbtsError>),
    )
  })
})
