import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { discover } from '../cli/discovery.ts'
import { noneOf } from '../operations/reach/reached-host.ts'
import { discoveryConfig } from '../ui/discovery.ts'
import type { DiscoverDocument } from '../ui/documents/daemon.ts'

export default class Discover extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Find CTDB in containers; print a configuration for it'
  static override description =
    `Looks on this machine, or on each --host, for running CTDB daemons: in containers of podman and docker, in services of cephadm, in
namespaces, and with sockets in unusual places. Prints what config.toml needs, with what was found in comments. Changes nothing, and asks
no daemon.

  mkdir -p ~/.config/ctdbts
  <%= config.bin %> discover --host node1,node2,node3 --name prod >> ~/.config/ctdbts/config.toml
  <%= config.bin %> verify --host prod

Needs root: see --sudo. \`<%= config.bin %> --discover\` is the same. Exit status: 1 if a host could not be searched, or has no daemon.`
  static override examples = ['<%= config.bin %> discover', '<%= config.bin %> discover --host node1,node2 --sudo']
  static override flags = {
    name: Flags.string({ helpValue: 'NAME', default: 'ctdb', summary: 'Name of the cluster in the configuration' }),
  }
  protected override readonly nodeHint = 'leave it out, and name hosts with --host'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Discover)
    const { found, problems } = await discover(flags)
    if (found.length === 0) throw noneOf(problems, 'found CTDB on none')
    if (problems.length > 0) process.exitCode = 1
    const config = discoveryConfig(found, { name: flags.name, sudo: flags.sudo, via: flags.via })
    return await this.show(
      flags,
      {
        ctdb: () => config,
        json: (): DiscoverDocument => ({
          formatVersion: 1,
          hosts: found.map(({ host, ways }) => ({ host: host ?? null, found: ways.map(({ connections: _, ...way }) => way) })),
          problems: problems.map(({ name, problem: { code, message } }) => ({ host: name, code, message })),
          config,
        }),
      },
      problems.map(({ name, problem }) => problem.with({ message: `${name}: ${problem.message}` })),
    )
  }
}
