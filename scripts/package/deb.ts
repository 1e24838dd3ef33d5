import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { fileNames, MAINTAINER, noAlternative, RELEASE, SUMMARY, versionOf } from './common.ts'
import type { Machine } from './node-folder.ts'
import { type Contents, gzip, makeTree, setTimes, writeWithMode } from './tree.ts'

/** The libraries that Node links to, in the versions that nodejs.org builds for. Debian 10 and Ubuntu before 20.04 have libgcc1. */
const DEPENDS = 'libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 8)'

/** What lintian finds, and why it stays. */
const OVERRIDES = `# Node.js comes as one executable with its libraries in it, as nodejs.org builds it.
ctdbts: embedded-library
ctdbts: hardening-no-pie
# The notices of what is in the executable are as their authors wrote them.
ctdbts: copyright-file-contains-full-apache-2-license
ctdbts: old-fsf-address-in-copyright-file
# The package is not part of Debian.
ctdbts: initial-upload-closes-no-bugs
`

/** Makes the package for Debian and its relatives. @returns its path. */
export function makeDeb(
  contents: Contents,
  { work, out, machine, quick }: { work: string; out: string; machine: Machine; quick: boolean },
): string {
  const { name } = packageJson
  const version = `${versionOf(packageJson.version)}-${RELEASE}`
  const tree = join(work, 'deb')
  makeTree(tree, contents, {
    zsh: 'usr/share/zsh/vendor-completions',
    more: {
      [`usr/share/doc/${name}/changelog.Debian.gz`]: gzip(changelog(version, contents.date)),
      [`usr/share/lintian/overrides/${name}`]: OVERRIDES,
    },
  })
  const control = join(tree, 'DEBIAN')
  mkdirSync(control)
  chmodSync(control, 0o755)
  writeWithMode(join(control, 'control'), controlFile(version, machine.deb, installedKiB(tree)), 0o644)
  writeWithMode(join(control, 'prerm'), `#!/bin/sh\nset -e\nif [ "$1" = remove ]; then\n${noAlternative('  ')}fi\n`, 0o755)
  setTimes(tree, contents.date)
  const deb = join(out, fileNames(machine).deb)
  const compression = quick ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6', '--threads-max=1']
  execFileSync('dpkg-deb', [...compression, '--root-owner-group', '--build', tree, deb], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(contents.date.getTime() / 1000) },
  })
  if (!quick) judge(deb)
  return deb
}

/** @throws Error with what lintian finds. */
function judge(deb: string): void {
  const { status, stdout } = spawnSync('lintian', ['--fail-on', 'error,warning', deb], { encoding: 'utf8' })
  if (status === null) console.error('lintian is not installed: the package for Debian is NOT CHECKED')
  else if (status !== 0) throw new Error(`lintian finds faults in ${deb}:\n${stdout}`)
}

const controlFile = (version: string, machine: string, kib: number): string => `Package: ${packageJson.name}
Version: ${version}
Architecture: ${machine}
Maintainer: ${MAINTAINER}
Installed-Size: ${kib}
Depends: ${DEPENDS}
Suggests: ctdb, openssh-client
Section: admin
Priority: optional
Description: ${SUMMARY}
${wrapped(packageJson.description)}
`

/** In lines of a control file. */
const wrapped = (text: string): string => text.replaceAll(/(.{1,75})(?:\s+|$)/g, ' $1\n').trimEnd()

/** As dpkg-gencontrol counts it: files as they are, everything else as 1 KiB. */
const installedKiB = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => lstatSync(join(folder, path)))
    .reduce((sum, stats) => sum + (stats.isFile() ? Math.ceil(stats.size / 1024) : 1), 0)

const changelog = (version: string, date: Date): string => `${packageJson.name} (${version}) unstable; urgency=medium

  * See changelog.gz.

 -- ${MAINTAINER}  ${date.toUTCString().replace('GMT', '+0000')}
`
