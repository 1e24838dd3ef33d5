import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

/** What it takes to reach the lab's nodes over SSH, as root: an OpenSSH configuration that knows the nodes' keys. */
export interface LabSsh {
  readonly configFile: string
  readonly knownHosts: string
  /** For `ctdbts`. */
  readonly flags: readonly string[]
}

/** Writes it into the lab's folder, once. */
export function labSsh(lab: Lab): LabSsh {
  const configFile = join(lab.directory, 'ssh_config')
  const knownHosts = join(lab.directory, 'known_hosts')
  if (!existsSync(configFile)) {
    const hostKey = readFileSync(join(lab.directory, 'keys/host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(knownHosts, lab.nodes.map(({ address }) => `${address} ${hostKey}\n`).join(''))
    const lines = ['User root', `IdentityFile ${lab.sshKeyPath}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts}`]
    writeFileSync(configFile, `Host *\n${lines.map((line) => `  ${line}\n`).join('')}`)
  }
  return { configFile, knownHosts, flags: ['--ssh-config', configFile] }
}
