import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { documentFaults } from '../support/documents.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { fails } from '../support/sim-nodes.ts'

const canIsolate = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
if (!canIsolate) process.stderr.write('SKIPPED: no namespaces can be created here, so no tickles are sent\n')

/** Runs a program with an input, and prints its output and the TCP packets with our window that come along the loopback interface. */
const CAPTURE = `
import json, socket, subprocess, sys
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packets.bind(("lo", 0))
run = subprocess.run(sys.argv[2:], input=sys.argv[1], capture_output=True, text=True)
packets.settimeout(0.1)
seen = []
try:
    while True:
        packet = packets.recv(2000)[14:].hex()
        if "501004d2" in packet and packet not in seen:
            seen.append(packet)
except TimeoutError:
    pass
print(json.dumps([run.stdout, run.stderr, run.returncode, seen]))
`

function sent(input: string, ...argv: string[]): [stdout: string, stderr: string, status: number, packets: string[]] {
  const words = ['/usr/bin/python3', '-c', CAPTURE, input, process.execPath, RUN_JS, 'tickle', ...argv]
  const { stdout } = spawnSync('unshare', ['-rn', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh', ...words])
  return JSON.parse(stdout.toString())
}

describe.runIf(canIsolate)('tickle', () => {
  // Identification and checksum of IPv4 headers are the kernel's.
  const v4 = /^45000028.{4}0000ff06.{4}7f0000027f00000101bd04d20000000000000000501004d2a6700000$/

  it('sends the client a packet as if from the server, as ctdb does', () => {
    expect(sent('', '127.0.0.1:1234', '127.0.0.2:445')).toEqual(['', '', 0, [expect.stringMatching(v4)]])
    const loopback = '0'.repeat(31)
    const v6 = `6000000000140640${loopback}1${loopback}101bd04d20000000000000000501004d2a4720000`
    expect(sent('', '[::1]:1234', '[::1]:445')).toEqual(['', '', 0, [v6]])
  })

  it('reads connections from standard input', () => {
    const [stdout, stderr, status, packets] = sent('127.0.0.1:1234 127.0.0.2:445\n# x\n127.0.0.3:1 127.0.0.4:2\n')
    expect([stdout, stderr, status, packets.length]).toEqual(['', '', 0, 2])
    expect(packets[0]).toMatch(v4)
    expect(sent('nonsense\n')).toEqual(['', '', 22, []])
  })

  it('says as JSON how many it has sent', () => {
    const [stdout] = sent('', '127.0.0.1:1234', '127.0.0.2:445', '--json')
    expect(JSON.parse(stdout)).toEqual({ formatVersion: 1, sent: 1 })
    expect(documentFaults(['tickle', '--json'], stdout)).toEqual([])
  })

  it('says what could not be sent', () => {
    const unreachable = 'Failed sendto (Network is unreachable)\n'
    expect(sent('', '10.9.9.9:1', '10.9.9.8:2')).toEqual(['', `${unreachable}Failed to send tickle ack\n`, 1, []])
    expect(sent('10.9.9.9:1 10.9.9.8:2\n')).toEqual(['', `${unreachable}Failed to send 1 tickles\n`, 1, []])
    const family = 'Failed sendto (Address family not supported by protocol)\nFailed to send tickle ack\n'
    expect(sent('', '127.0.0.1:1', '::1:2')).toEqual(['', family, 1, []])
  })
})

it('tickle refuses what is no address, and -n', async () => {
  expect(await ctdbts(['tickle', '127.0.0.1:1', 'x'])).toMatchObject(fails('Invalid IP address x\n'))
  expect(await ctdbts(['tickle', '-n', '1', '127.0.0.1:1', '127.0.0.1:2'])).toMatchObject(
    fails('Cannot specify node for command tickle\n'),
  )
  expect((await ctdbts(['tickle', '127.0.0.1:1'])).stdout).toContain('tickle          <srcip:port> <dstip:port>')
})
