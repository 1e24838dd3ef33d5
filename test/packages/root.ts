import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'

/** What a machine without Node needs to install packages, read manual pages and complete command lines. */
const PACKAGES = [
  ...[
    'base-files',
    'base-passwd',
    'bash',
    'bash-completion',
    'bsdutils',
    'coreutils',
    'dash',
    'diffutils',
    'dpkg',
    'findutils',
    'grep',
  ],
  ...['gzip', 'libc-bin', 'libstdc++6', 'man-db', 'sed', 'tar'],
]

/** Folders that are links into `usr` on Debian. */
const MERGED = ['bin', 'sbin', 'lib', 'lib64']

const FOLDERS = ['dev', 'etc', 'proc', 'root', 'tmp', 'usr/local/bin', 'var/lib/dpkg/info', 'var/lib/dpkg/updates']

/** The environment of a login of root. */
const ENVIRONMENT = ['HOME=/root', 'LC_ALL=C.UTF-8', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=dumb']

/** Copies files whose paths, without the leading slash, are on standard input. Folders are made as they are needed. */
const COPY = 'while read -r path; do [ -L "$path" ] || [ -f "$path" ] && echo "$path"; done | tar -cT - | tar -xC "$0"'

/** Lists the files of packages. */
const LIST = 'for name; do cat "/var/lib/dpkg/info/$name.list" 2>/dev/null || cat "/var/lib/dpkg/info/$name:"*.list; done'

/** Makes a small Debian without Node in a folder, of the files of packages that are installed here: quicker than debootstrap, and offline. */
export async function makeRoot(root: string): Promise<void> {
  for (const path of [...FOLDERS, ...MERGED.map((name) => `usr/${name}`)]) mkdirSync(join(root, path), { recursive: true })
  await execa('cp', ['-a', '--parents', ...MERGED, 'etc/passwd', 'etc/group', root], { cwd: '/' })
  const { names, status } = await withDependencies(PACKAGES)
  const missing = PACKAGES.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new Error(`install ${missing.join(' ')} first (.ci/run does)`)
  writeFileSync(join(root, 'var/lib/dpkg/status'), status)
  for (const name of names) {
    const { stdout: list } = await execa('sh', ['-c', LIST, 'sh', name])
    writeFileSync(join(root, 'var/lib/dpkg/info', `${name}.list`), `${list}\n`)
  }
  const { stdout: files } = await execa('sh', ['-c', LIST, 'sh', ...names])
  await execa('sh', ['-c', COPY, root], { cwd: '/', input: `${files.replaceAll(/^\//gm, '')}\n` })
}

/** Those of the packages and of their dependencies that are installed here, with what dpkg knows of them. */
async function withDependencies(packages: readonly string[]): Promise<{ names: string[]; status: string }> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`)
  const { stdout: tree } = await execa('apt-cache', ['depends', '--recurse', '--installed', ...only, ...packages])
  const named = [...new Set(tree.split('\n').filter((line) => /^[a-z0-9]/.test(line)))]
  const { stdout } = await execa('dpkg-query', ['-s', ...named], { reject: false })
  const known = stdout.split(/\n\n(?=Package: )/).filter((stanza) => /^Status: install ok installed$/m.test(stanza))
  return {
    names: known.map((stanza) => /^Package: (.*)$/m.exec(stanza)?.[1] ?? ''),
    status: `${known.map((stanza) => stanza.trim()).join('\n\n')}\n`,
  }
}

/** Mounts what programs expect, for the time of one of them. */
const ENTER = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" /usr/bin/env -i "$@"'

/** Runs a program in a root. Nothing of it is left when it has ended. */
export async function inRoot(root: string, ...argv: string[]): Promise<{ exitCode: number | undefined; all: string }> {
  const unshare = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', ENTER, root, ...ENVIRONMENT]
  const { exitCode, all } = await execa('unshare', [...unshare, ...argv], { all: true, reject: false })
  return { exitCode, all }
}
