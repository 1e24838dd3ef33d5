import packageJson from '../../package.json' with { type: 'json' }

/** Who answers for the packages. package.json names nobody. */
export const MAINTAINER = `The ${packageJson.name} developers <${packageJson.name}@example.invalid>`

/** What it is, in a line. */
export const SUMMARY = (packageJson.description.split(':')[0] ?? '').replace(/^./, (first) => first.toLowerCase())

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
