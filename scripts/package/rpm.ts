import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { fileNames, noAlternative, RELEASE, SUMMARY, versionOf } from './common.ts'
import type { Machine } from './node-folder.ts'
import { type Contents, makeTree } from './tree.ts'

/** Makes the package for Fedora, RHEL, SUSE and their relatives. @returns its path. */
export function makeRpm(
  contents: Contents,
  { work, out, machine, quick }: { work: string; out: string; machine: Machine; quick: boolean },
): string {
  const { name } = packageJson
  const version = versionOf(packageJson.version)
  const tree = join(work, 'rpm')
  makeTree(tree, contents, {
    zsh: 'usr/share/zsh/site-functions',
    more: { [`usr/share/doc/${name}/LICENSE`]: readFileSync(join(import.meta.dirname, '../../LICENSE')) },
  })
  const top = join(work, 'rpmbuild')
  mkdirSync(top)
  const spec = join(top, `${name}.spec`)
  writeFileSync(spec, specFile(version, tree, quick))
  const definitions = Object.entries({
    _topdir: top,
    _dbpath: join(top, 'db'),
    // Of this machine and this moment nothing gets into the package.
    _buildhost: 'reproducible',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  }).flatMap(([key, value]) => ['--define', `${key} ${value}`])
  execFileSync('rpmbuild', ['-bb', '--quiet', '--target', `${machine.rpm}-linux`, ...definitions, spec], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(contents.date.getTime() / 1000) },
  })
  const file = fileNames(machine).rpm
  copyFileSync(join(top, 'RPMS', machine.rpm, file), join(out, file))
  return join(out, file)
}

const specFile = (
  version: string,
  tree: string,
  quick: boolean,
): string => `# Stripping the executable again would break it: the program is behind its symbols.
%global __os_install_post %{nil}
%global debug_package %{nil}
%global _build_id_links none
%global _binary_payload ${quick ? 'w1.gzdio' : 'w6.xzdio'}
Name: ${packageJson.name}
Version: ${version}
Release: ${RELEASE}
Summary: ${SUMMARY.replace(/^./, (first) => first.toUpperCase())}
License: ${packageJson.license}
AutoProv: no

%description
${packageJson.description}.

%install
cp -a '${tree}/.' '%{buildroot}/'

%preun
if [ "$1" = 0 ]; then
${noAlternative('  ')}fi

%files
%defattr(-,root,root)
/usr/bin/*
/usr/lib/systemd/system/*
%doc /usr/share/doc/${packageJson.name}
/usr/share/${packageJson.name}
/usr/share/man/man1/*
/usr/share/bash-completion/completions/*
/usr/share/fish/vendor_completions.d/*
/usr/share/zsh/site-functions/*
`
