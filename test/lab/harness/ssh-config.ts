import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

/** An OpenSSH configuration to reach the nodes of the lab as root, and with their keys known. */
export interface LabSsh {
  readonly configFile: string
  readonly knownHosts: string
  /** The options of `ctdbts` that select it. */
  readonly flags: readonly string[]
}

/** Returns the configuration of a lab. Writes it into the lab's folder the first time. */
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
