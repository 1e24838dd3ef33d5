import { MirrorCommand } from '../cli/mirror-command.ts'
import { installedVersion } from '../cli/real-ctdb.ts'
import { visible } from '../ui/visible.ts'

export default class Version extends MirrorCommand {
  static override summary = 'show the version of the CTDB that is installed'
  static override usage = 'version'
  static override description =
    `No daemon tells its version, so the real ctdb of this machine is asked, or (--host) that of another one.
The version of ctdbts itself: "ctdbts --version".`
  static override examples = [
    '<%= config.bin %> version',
    '<%= config.bin %> version --host node1',
    '<%= config.bin %> -j version',
  ]
  static override strict = false
  protected override readonly ctdbJson = true

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Version)
    this.refuseAnyNode(flags)
    const version = await installedVersion(flags, process.env)
    // The real tool's (4.25) own document: its --json shall be ours.
    const document = () => ({ version })
    return await this.show(flags, { ctdb: () => `${visible(version)}\n`, ctdbJson: document, json: document })
  }
}
