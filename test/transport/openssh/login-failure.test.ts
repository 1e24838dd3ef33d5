import { describe, expect, it } from 'vitest'
import { type LoginAttempt, lastWordsOf, loginFailure } from '../../../src/transport/openssh/login-failure.ts'

const attempt: LoginAttempt = {
  name: 'node1',
  host: '10.0.0.1',
  port: 2222,
  user: 'root',
  proxy: undefined,
  jump: undefined,
  whyNotAsk: 'there is no terminal',
  connectTimeoutMs: 3000,
}

const failure = (stderr: string, changes: Partial<LoginAttempt> = {}, exitStatus: number | null = 255) => {
  const { code, message, exitStatus: status } = loginFailure(stderr, exitStatus, { ...attempt, ...changes })
  return [code, message, status]
}

const UNKNOWN_END = 'kex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535\r\n'

/** As OpenSSH 9.2 prints it. */
const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r
Someone could be eavesdropping on you right now (man-in-the-middle attack)!\r
It is also possible that a host key has just been changed.\r
The fingerprint for the ED25519 key sent by the remote host is
SHA256:vTmpw2AXsbqOTTrrqBrWufewIpXwX3hhN4OOB8izvXM.\r
Please contact your system administrator.\r
Add correct host key in /root/.ssh/known_hosts to get rid of this message.\r
Offending ECDSA key in /root/.ssh/known_hosts:7\r
  remove with:\r
  ssh-keygen -f "/root/.ssh/known_hosts" -R "[10.0.0.1]:2222"\r
Host key for [10.0.0.1]:2222 has changed and you have requested strict checking.\r
Host key verification failed.\r
`

const REVOKED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@       WARNING: REVOKED HOST KEY DETECTED!               @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
The ED25519 host key for [127.0.0.1]:22991 is marked as revoked.
ED25519 host key for [127.0.0.1]:22991 was revoked and you have requested strict checking.
Host key verification failed.
`

describe('what OpenSSH prints', () => {
  it.each([
    [
      'ssh: connect to host 10.0.0.1 port 2222: Connection refused\r\n',
      'SSH_REFUSED',
      'cannot reach node1 (10.0.0.1, port 2222): connection refused',
      111,
    ],
    [
      'ssh: connect to host 10.0.0.1 port 2222: Connection timed out\n',
      'SSH_TIMEOUT',
      'no answer from node1 (10.0.0.1, port 2222) within 3 s',
      110,
    ],
    [
      'ssh: connect to host 10.0.0.1 port 2222: No route to host\n',
      'SSH_UNREACHABLE',
      'cannot reach node1 (10.0.0.1, port 2222): No route to host',
      113,
    ],
    [
      'ssh: Could not resolve hostname nope: Name or service not known\n',
      'SSH_RESOLVE',
      'cannot resolve nope: Name or service not known',
      1,
    ],
    [
      'Connection timed out during banner exchange\nConnection to 10.0.0.1 port 2222 timed out\n',
      'SSH_HANDSHAKE',
      'the SSH handshake with node1 (10.0.0.1, port 2222) failed: Connection timed out during banner exchange',
      1,
    ],
    [
      'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa\n',
      'SSH_HANDSHAKE',
      'the SSH handshake with node1 (10.0.0.1, port 2222) failed: Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa',
      1,
    ],
    ['Host key verification failed.\n', 'HOST_KEY_UNKNOWN', 'the host key of node1 is not known', 126],
    [
      'No ED25519 host key is known for node1 and you have requested strict checking.\nHost key verification failed.\n',
      'HOST_KEY_UNKNOWN',
      'the host key of node1 is not known: an ED25519 key',
      126,
    ],
    [
      CHANGED,
      'HOST_KEY_CHANGED',
      'the host key of [10.0.0.1]:2222 has changed: it is now an ED25519 key with fingerprint SHA256:vTmpw2AXsbqOTTrrqBrWufewIpXwX3hhN4OOB8izvXM, but /root/.ssh/known_hosts:7 has an ECDSA key',
      128,
    ],
    [REVOKED, 'HOST_KEY_REVOKED', 'the host key of node1 is revoked', 128],
    [
      'root@10.0.0.1: Permission denied (publickey,password).\n',
      'SSH_NO_TERMINAL',
      'cannot log in to node1 as root: no key was accepted, and nobody can be asked for what the server takes besides (password): there is no terminal',
      25,
    ],
    [
      'root@10.0.0.1: Permission denied (publickey).\n',
      'SSH_AUTH',
      'cannot log in to node1 as root: the server refused all that was offered (it takes publickey)',
      13,
    ],
    [
      'sign_and_send_pubkey: signing failed for ED25519 "a" from agent: agent refused operation\nroot@10.0.0.1: Permission denied (publickey).\n',
      'SSH_AUTH',
      'cannot log in to node1 as root: the server refused all that was offered (it takes publickey); sign_and_send_pubkey: signing failed for ED25519 "a" from agent: agent refused operation',
      13,
    ],
    [
      'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\nDisconnected from 10.0.0.1 port 22\n',
      'SSH_AUTH',
      'cannot log in to node1 as root: Too many authentication failures',
      13,
    ],
    [
      'something \u001b[2Jnew\n',
      'SSH_HANDSHAKE',
      'the SSH handshake with node1 (10.0.0.1, port 2222) failed: something  [2Jnew',
      1,
    ],
    ['', 'SSH_HANDSHAKE', 'the SSH handshake with node1 (10.0.0.1, port 2222) failed: exit status 255', 1],
  ])('%j is %s', (stderr, code, message, exitStatus) => {
    expect(failure(stderr)).toEqual([code, message, exitStatus])
  })

  it('is the failure of what leads to the host', () => {
    const proxy = { keyword: 'ProxyCommand', value: 'nc %h %p' } as const
    expect(failure(`no such thing\n${UNKNOWN_END}`, { proxy })).toEqual([
      'SSH_JUMP',
      'cannot reach node1 through its ProxyCommand: no such thing',
      1,
    ])
    expect(failure(UNKNOWN_END, { proxy })).toEqual(['SSH_JUMP', 'cannot reach node1 through its ProxyCommand: it ended', 1])
    const jump = { keyword: 'ProxyJump', value: 'bastion' } as const
    const refused = 'ssh: connect to host bastion port 22: Connection refused\n'
    expect(failure(`${refused}${UNKNOWN_END}`, { proxy: jump })).toEqual([
      'SSH_JUMP',
      'cannot reach node1 through bastion: ssh: connect to host bastion port 22: Connection refused',
      1,
    ])
    const closed = 'Stdio forwarding request failed: Session open refused by peer\n'
    expect(failure(`${closed}${UNKNOWN_END}`, { jump: 'root@entry:22' })).toEqual([
      'SSH_JUMP',
      'root@entry:22 cannot connect to 10.0.0.1, port 2222: it was refused there, or is not allowed',
      1,
    ])
  })

  it('is not needed where a signal ended it', () => {
    expect(failure('', {}, null)).toEqual(['SSH_CLOSED', 'the SSH connection to node1 has ended: a signal ended ssh', 104])
  })

  it('of a terminal that was there is a refusal', () => {
    expect(failure('root@10.0.0.1: Permission denied (password).\n', { whyNotAsk: undefined })[0]).toBe('SSH_AUTH')
  })
})

it('the last words on a connection are not those on one of its channels', () => {
  expect(lastWordsOf('Connection to x closed by remote host.\nchannel 3: open failed: connect failed: open failed\n')).toBe(
    ': Connection to x closed by remote host.',
  )
  expect(lastWordsOf('channel 3: open failed: connect failed: open failed\n')).toBe('')
})
