/** What a release is made from. */
export interface ReleaseState {
  /** What `git status --porcelain` prints. */
  readonly status: string
  /** The version in package.json, and in package-lock.json. */
  readonly version: string
  readonly lockedVersion: string
  /** The text of CHANGELOG.md. */
  readonly changelog: string
}

/** Why a version cannot be released as things are, in sentences; empty if it can be. */
export function whyNotReady({ status, version, lockedVersion, changelog }: ReleaseState): string[] {
  const [head, text] = sectionOf(changelog, version)
  const [, unreleased] = sectionOf(changelog, 'Unreleased')
  return [
    ...(status === '' ? [] : [`the tree is not clean:\n${status.trimEnd()}`]),
    ...(version === lockedVersion ? [] : [`package-lock.json has version ${lockedVersion}, package.json ${version}`]),
    ...(/ - \d{4}-\d\d-\d\d$/.test(head) ? [] : [`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD"`]),
    ...(head !== '' && text === '' ? [`the section of ${version} in CHANGELOG.md is empty`] : []),
    ...(unreleased === '' ? [] : [`CHANGELOG.md has changes under Unreleased: move them to ${version}`]),
  ]
}

/** The heading and the text of a version's section; both empty if there is none. */
function sectionOf(changelog: string, name: string): [head: string, text: string] {
  const section = changelog.split(/^(?=## )/m).find((each) => each.startsWith(`## [${name}]`)) ?? ''
  const [head = '', ...lines] = section.split('\n')
  return [head.trimEnd(), lines.join('\n').trim()]
}
