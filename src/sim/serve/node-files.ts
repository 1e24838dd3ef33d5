import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import type { NodeFiles } from '../world/sim-node.ts'

/** A simulated node's files on disk, where users can edit them. A deleted file counts as empty. */
export class NodeFilesOnDisk implements NodeFiles {
  private readonly directory: string

  constructor(directory: string, texts: NodeFiles) {
    this.directory = directory
    makeFolder(directory)
    this.nodes = texts.nodes
    this.publicAddresses = texts.publicAddresses
  }

  get nodes(): string {
    return this.read('nodes')
  }

  set nodes(text: string) {
    this.write('nodes', text)
  }

  get publicAddresses(): string {
    return this.read('public_addresses')
  }

  set publicAddresses(text: string) {
    this.write('public_addresses', text)
  }

  private read(name: string): string {
    try {
      return readFileSync(join(this.directory, name), 'utf8')
    } catch {
      return ''
    }
  }

  private write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text)
  }
}
