import { execFileSync } from 'node:child_process'

/**
 * Signs a file with gpg, by a detached signature in text beside it: `FILE.asc`. gpg asks for the passphrase itself.
 * @param key the key by its id or name; without one, gpg's default.
 * @returns the path of the signature.
 * @throws if gpg cannot sign.
 */
export function sign(file: string, key: string | undefined): string {
  const signature = `${file}.asc`
  const who = key === undefined ? [] : ['--local-user', key]
  execFileSync('gpg', ['--yes', ...who, '--armor', '--detach-sign', '--output', signature, file], { stdio: 'inherit' })
  return signature
}
