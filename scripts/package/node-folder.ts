import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Machines, by their number in the head of an ELF file, with their names in Node, Debian and RPM. */
const MACHINES = [
  { elf: 0x3e, node: 'x64', deb: 'amd64', rpm: 'x86_64' },
  { elf: 0xb7, node: 'arm64', deb: 'arm64', rpm: 'aarch64' },
] as const

/** The names of one of them. */
export type Machine = (typeof MACHINES)[number]

/** A Node as nodejs.org distributes it, for Linux. */
export interface NodeFolder {
  /** The program. */
  readonly node: string
  readonly licence: string
  readonly machine: Machine
  /** Whether it runs here. */
  readonly isNative: boolean
}

/**
 * Reads which Node is in a folder with `bin/node` and `LICENSE`.
 * @throws Error if it is none for Linux on a machine that we know, or of another version than the Node that runs this.
 */
export function nodeFolder(folder: string): NodeFolder {
  const node = join(folder, 'bin/node')
  const bytes = readFileSync(node)
  const machine = MACHINES.find(({ elf }) => bytes.toString('latin1', 1, 4) === 'ELF' && elf === bytes.readUInt16LE(18))
  if (machine === undefined) throw new Error(`${node} is not for Linux on x86-64 or aarch64`)
  // What is prepared for the program depends on the version. The address of its sources is in every Node.
  if (!bytes.includes(`/${process.version}/node-${process.version}.tar.gz`)) {
    throw new Error(`${node} is not of version ${process.version}, with which this runs`)
  }
  return { node, licence: readFileSync(join(folder, 'LICENSE'), 'utf8'), machine, isNative: machine.node === process.arch }
}

/**
 * Gets from npm the Node of the version that runs this, as the checkout got its own, for a machine by its name in Node.
 * @param work a folder for files on the way.
 */
export function nodeFromNpm(machine: string, work: string): NodeFolder {
  const name = `node-linux-${machine}`
  const version = process.versions.node
  execFileSync('npm', ['pack', '--silent', '--prefer-offline', '--pack-destination', work, `${name}@${version}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const folder = join(work, name)
  mkdirSync(folder)
  const members = ['package/bin/node', 'package/LICENSE']
  execFileSync('tar', ['-xzf', join(work, `${name}-${version}.tgz`), '-C', folder, '--strip-components=1', ...members])
  return nodeFolder(folder)
}
