import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, fileHas, onlyIn, said } from '../facts.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { type Action, mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'file-not-loaded',
  order: 180,
  severity: 'warning',
  title: 'The public addresses file differs from what the daemon knows',
  seenBy: ['F', 'C'],
  moves: false,
  causes: [{ ...cause('file-lint', 'node'), when: (_effect, { severity }) => severity === 'error' }],
  meaning:
    'The file was edited but not loaded, loading it failed, or someone used `ctdb addip` or `ctdb delip`, which change only the running daemon. When ctdbd is restarted, it uses the file.',
  outlook: 'Nothing: CTDB reads the file only at start and on `ctdb reloadips`.',
  remedy: 'If the file is right, run `ctdb reloadips`. If the daemon is right, correct the file.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      // A dead daemon knows nothing. Its file counts when it starts.
      if (view.isDaemonDead(pnn)) return []
      // A missing file is not an empty one: see file-missing.
      if (view.peek(pnn, 'host.publicAddressesFile') === null) return []
      const known = view.need(pnn, 'known')?.map(({ address }) => address)
      const lines = addressFile(view, pnn)?.addresses.map(({ address }) => address)
      if (!known || !lines) return []
      const onlyInFile = onlyIn(lines, known)
      const onlyInDaemon = onlyIn(known, lines)
      if (onlyInFile.length + onlyInDaemon.length === 0) return []
      const parts = [
        ...(onlyInFile.length > 0 ? [`the daemon does not know ${listed(onlyInFile, 3)}`] : []),
        ...(onlyInDaemon.length > 0 ? [`the file does not list ${listed(onlyInDaemon, 3)}`] : []),
      ]
      return [
        {
          subject: { pnn },
          addresses: [...onlyInFile, ...onlyInDaemon],
          message: `node ${pnn}: the public addresses in the file and in the daemon differ: ${parts.join('; ')}`,
          evidence: [
            fileHas(pnn, `public_addresses lists ${lines.length}${onlyHere(onlyInFile)}`),
            said(pnn, `knows ${known.length}${onlyHere(onlyInDaemon)}`),
          ],
          claims: claimsOn(view, pnn, { onlyInFile, onlyInDaemon }),
          actions: actionsFor(view, pnn, onlyInDaemon),
        },
      ]
    })
  },
}

/** An address that was deleted, by `ctdb delip` or a reload, and that the node still owns goes with the next takeover run. */
function claimsOn(
  view: View,
  pnn: Pnn,
  { onlyInFile, onlyInDaemon }: { readonly onlyInFile: readonly string[]; readonly onlyInDaemon: readonly string[] },
): Claim[] {
  const available = view.peek(pnn, 'available') ?? []
  const owned = view.peek(pnn, 'known')?.filter(({ owner }) => owner === pnn) ?? []
  const leaving = owned
    .map(({ address }) => address)
    .filter((address) => onlyInDaemon.includes(address) && !available.includes(address))
  if (leaving.length === 0 || onlyInFile.length > 0) return [staysUntil({ on: 'reload', pnn })]
  return [staysUntil({ on: 'run' }, `it may have been deleted already, and then goes with a takeover run`)]
}

/** The addresses that other nodes can host, and still can when they read their files again. */
function hostableElsewhere(view: View, pnn: Pnn): Set<string> {
  const others = view.active.filter((node) => node.pnn !== pnn)
  return new Set(
    others.flatMap((node) => {
      const text = view.peek(node.pnn, 'host.publicAddressesFile')
      const lines = typeof text === 'string' ? addressFile(view, node.pnn)?.addresses.map(({ address }) => address) : undefined
      const kept = lines && new Set(lines)
      return view.peek(node.pnn, 'available')?.filter((address) => kept?.has(address) !== false) ?? []
    }),
  )
}

/** A reload drops what the file does not list, so it is told what no other node would take over. */
function actionsFor(view: View, pnn: Pnn, onlyInDaemon: readonly string[]): Action[] {
  const elsewhere = hostableElsewhere(view, pnn)
  const lost = onlyInDaemon.filter((address) => !elsewhere.has(address))
  const needed =
    lost.length === 0
      ? ''
      : `, and ${listed(lost, 3)}, which no other node can host, ${oneOr(lost.length, 'is', 'are')} not needed`
  return [
    { kind: 'command', command: 'ctdb reloadips', on: pnn, if: `the file is right${needed}` },
    { ...mend({ what: 'file', pnn }, 'Correct the file.'), if: 'the daemon is right' },
  ]
}

const onlyHere = (addresses: readonly string[]): string => (addresses.length > 0 ? `; only here: ${listed(addresses)}` : '')
