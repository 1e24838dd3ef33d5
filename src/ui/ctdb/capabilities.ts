import { type CtdbStyle, machineLine } from './style.ts'

/** `getcapabilities` as `ctdb` prints it. */
export function ctdbCapabilitiesText(
  { leader, lmaster }: { readonly leader: boolean; readonly lmaster: boolean },
  { separator }: CtdbStyle,
): string {
  if (separator !== undefined) {
    return machineLine(['LEADER', 'LMASTER'], separator) + machineLine([Number(leader), Number(lmaster)], separator)
  }
  const word = (may: boolean) => (may ? 'YES' : 'NO')
  return `LEADER: ${word(leader)}\nLMASTER: ${word(lmaster)}\n`
}
