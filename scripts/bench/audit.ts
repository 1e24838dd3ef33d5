// What an audit costs: of a real cluster, against the shell commands that show the least of it; and of many simulated nodes over SSH.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { Lab } from '../../test/lab/harness/lab.ts'
import { missingRequirements } from '../../test/lab/harness/requirements.ts'
import { labSsh } from '../../test/lab/harness/ssh-config.ts'
import { startLab } from '../../test/lab/harness/start.ts'
import { reportBytes } from './audit-bytes.ts'
import { BEFORE, RUN_JS } from './checkouts.ts'
import { type Cost, costOf, costsInTurn, ratiosOf } from './cost.ts'
import { reportLine } from './pairs.ts'

const ROUNDS = 9
const SIM_NODES = 64

/** Connections that a run has opened, as it tells with -v. */
const connectionsOf = ({ stderr }: Cost): string => /(\d+) SSH connections? opened/.exec(stderr)?.[1] ?? '?'

async function auditTheLab(): Promise<void> {
  const missing = await missingRequirements()
  if (missing.length > 0) {
    console.log(`audit of a real cluster against onnode: NOT MEASURED, this machine lacks ${missing.join(', ')}`)
    return
  }
  const started = await startLab({ nodes: 3 })
  try {
    const lab = new Lab(started.description)
    const ssh = labSsh(lab)
    const auditBy = (program: readonly string[], ...more: string[]) => {
      const words = ['verify', '-v', ...ssh.flags, '--host', '10.99.0.1', ...more]
      return () => costOf(lab.argv(0, [...program, ...words]))
    }
    const audit = (client: string, ...more: string[]) => auditBy(lab.program, '--ssh', client, ...more)
    const onnode = () =>
      costOf(lab.argv(0, ['onnode', '-p', 'all', 'ctdb -X ip; ip addr']), { ONNODE_SSH: `ssh -F ${ssh.configFile}` })
    const by = { ssh2: audit('ssh2'), openssh: audit('openssh') }
    const shell = "`onnode -p all 'ctdb -X ip; ip addr'`"
    for (const [what, one, other, aim] of [
      [`audit of 3 real nodes against ${shell}`, by.ssh2, onnode, 'at most 1.0'],
      [`the same by OpenSSH against ${shell}`, by.openssh, onnode, ''],
      ['audit of 3 real nodes by OpenSSH against by ssh2', by.openssh, by.ssh2, ''],
      ['audit of 3 real nodes with --probe against without', audit('ssh2', '--probe'), by.ssh2, ''],
      ...(BEFORE ? [['audit of 3 real nodes against before', by.ssh2, auditBy([process.execPath, BEFORE]), ''] as const] : []),
    ] as const) {
      const pairs = await costsInTurn(ROUNDS, one, other)
      console.log(reportLine(what, ratiosOf(pairs, 'wallMs'), aim))
      console.log(reportLine('the same in CPU time', ratiosOf(pairs, 'cpuMs'), ''))
    }
    for (const [client, run] of Object.entries(by)) {
      console.log(`connections opened by an audit of 3 real nodes by ${client}: ${connectionsOf(await run())}`)
    }
    await reportBytes(lab)
  } finally {
    await started.stop()
  }
}

async function auditSimulated(): Promise<void> {
  const layout = uniformLayout(SIM_NODES, 128)
  await using server = await startSimServer({ layout, era: 'now', seed: 1, speed: 1, ssh: { firstPort: 0 } })
  const directory = mkdtempSync(join(tmpdir(), 'ctdbts-bench-'))
  try {
    const configFile = join(directory, 'config')
    writeFileSync(configFile, `IdentityFile ${server.sshKeyPath}\nUserKnownHostsFile ${server.knownHostsPath}\n`)
    const hosts = server.nodes.map(({ ssh }) => `${ssh?.host}:${ssh?.port}`)
    const audits = ['ssh2', 'openssh'].map((client) => ({ program: RUN_JS, what: `by ${client}`, more: ['--ssh', client] }))
    if (BEFORE) audits.push({ program: BEFORE, what: 'by the program of before', more: [] })
    for (const { program, what, more } of audits) {
      const argv = [program, 'verify', '-v', ...more, '--ssh-config', configFile, '--host', hosts.join()]
      const runs = []
      for (let round = 0; round < 3; round++) runs.push(await costOf([process.execPath, ...argv]))
      runs.sort((a, b) => a.wallMs - b.wallMs)
      const [, middle] = runs
      if (!middle) return
      console.log(
        `audit of ${SIM_NODES} simulated nodes ${what} (the servers on the same 2 cores): ${(middle.wallMs / 1000).toFixed(1)} s, ` +
          `CPU ${(middle.cpuMs / 1000).toFixed(1)} s, ${(middle.kilobytes / 1000).toFixed(0)} MB, ${connectionsOf(middle)} connections`,
      )
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export async function benchAudit(): Promise<void> {
  await auditSimulated()
  await auditTheLab()
}
