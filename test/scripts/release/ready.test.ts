import { describe, expect, it } from 'vitest'
import { whyNotReady } from '../../../scripts/release/ready.ts'

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-30\n\n### Added\n\n- A thing.\n\n## [1.1.0] - 2026-10-01\n\n- Old.\n'
const state = { status: '', version: '1.2.0', lockedVersion: '1.2.0', changelog: CHANGELOG }

describe('a version is released', () => {
  it('from a clean tree, with a dated section', () => {
    expect(whyNotReady(state)).toEqual([])
  })

  it('without a section of changes to come', () => {
    expect(whyNotReady({ ...state, changelog: CHANGELOG.replace('## [Unreleased]\n', '') })).toEqual([])
  })

  it.each([
    [{ status: ' M README.md\n' }, 'the tree is not clean:\n M README.md'],
    [{ lockedVersion: '1.1.0' }, 'package-lock.json has version 1.1.0, package.json 1.2.0'],
    [{ changelog: CHANGELOG.replace(' - 2026-11-30', '') }, 'CHANGELOG.md has no section "## [1.2.0] - YYYY-MM-DD"'],
    [{ version: '1.3.0', lockedVersion: '1.3.0' }, 'CHANGELOG.md has no section "## [1.3.0] - YYYY-MM-DD"'],
    [{ changelog: CHANGELOG.replace('### Added\n\n- A thing.\n', '') }, 'the section of 1.2.0 in CHANGELOG.md is empty'],
    [
      { changelog: CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n- New.\n') },
      'CHANGELOG.md has changes under Unreleased: move them to 1.2.0',
    ],
  ])('not with %j', (change, why) => {
    expect(whyNotReady({ ...state, ...change })).toEqual([why])
  })
})
