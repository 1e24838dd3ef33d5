import packageJson from '../../package.json' with { type: 'json' }

/** Who answers for the packages. package.json names nobody. */
export const MAINTAINER = `The ${packageJson.name} developers <${packageJson.name}@example.invalid>`

/** What it is, in a line. */
export const SUMMARY = (packageJson.description.split(':')[0] ?? '').replace(/^./, (first) => first.toLowerCase())

/** Which package of a version it is. */
export const RELEASE = 1

/** The version as dpkg and rpm order it: 1.0.0-rc.1 before 1.0.0. */
export const versionOf = (version: string): string => version.replace('-', '~')

/**
 * Lines of a script that undoes what docs/install.md says of alternatives: a link to a program that is removed would stay.
 * @param indent before each line.
 */
export const noAlternative = (indent: string): string =>
  [
    'if command -v update-alternatives >/dev/null; then',
    '  update-alternatives --remove ctdb /usr/bin/ctdbts >/dev/null 2>&1 || true',
    'fi',
  ]
    .map((line) => `${indent}${line}\n`)
    .join('')

/** The name of the file that `npm pack` makes. */
export const npmFileName = (version = packageJson.version): string => `${packageJson.name}-${version}.tgz`

/** The names of the files of a release, for a machine by its names in Node, Debian and RPM. */
export function fileNames({ node, deb, rpm }: Readonly<Record<'node' | 'deb' | 'rpm', string>>, version = packageJson.version) {
  const { name } = packageJson
  return {
    npm: npmFileName(version),
    executable: `${name}-${version}-linux-${node}`,
    deb: `${name}_${versionOf(version)}-${RELEASE}_${deb}.deb`,
    rpm: `${name}-${versionOf(version)}-${RELEASE}.${rpm}.rpm`,
    sums: `SHA256SUMS-${node}`,
  }
}
