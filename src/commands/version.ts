import { MirrorCommand } from '../cli/mirror-command.ts'
import { installedVersion } from '../cli/real-ctdb.ts'
import type { VersionDocument } from '../ui/documents/daemon.ts'
import { visible } from '../ui/visible.ts'

export default class Version extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show the version of the installed CTDB'
  static override usage = 'version'
  static override description =
    `Daemons do not report their version, so ctdbts runs the real ctdb of this machine or (--host) of another one.
Where the ctdb in PATH is ctdbts itself, it reads the version from the ctdbd that is installed with it.
For the version of ctdbts itself, use "ctdbts --version".`
  static override examples = [
    '<%= config.bin %> version',
    '<%= config.bin %> version --host node1',
    '<%= config.bin %> -j version',
  ]
  static override strict = false
  protected override readonly ctdbJson = true
  protected override readonly asksDaemon = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Version)
    const version = await installedVersion(flags, process.env)
    // ctdb's (4.25) own document: its --json shall be ours.
    const document = (): VersionDocument => ({ version })
    return await this.show(flags, { ctdb: () => `${visible(version)}\n`, ctdbJson: document, json: document })
  }
}
