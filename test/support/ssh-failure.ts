import { expect } from 'vitest'

/** What the program ends with when SSH fails in one of these ways; 1 in every other. docs/ssh.md has the same table. */
const SSH_STATUS: Readonly<Record<string, number>> = {
  SSH_AUTH: 13,
  SSH_NO_TERMINAL: 25,
  SSH_CLOSED: 104,
  SSH_TIMEOUT: 110,
  SSH_REFUSED: 111,
  SSH_UNREACHABLE: 113,
  HOST_KEY_UNKNOWN: 126,
  HOST_KEY_AUTHORITY: 126,
  SSH_MISSING: 127,
  HOST_KEY_CHANGED: 128,
  HOST_KEY_REVOKED: 128,
}

/** An error of SSH: its code, and a part of its message. */
export const sshFailure = (code: string, message: string | RegExp, exitStatus = SSH_STATUS[code] ?? 1) =>
  expect.objectContaining({
    code,
    exitStatus,
    hint: expect.any(String),
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  })
