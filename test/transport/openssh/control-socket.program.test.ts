import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { askMaster } from '../../../src/transport/openssh/control-socket.ts'
import { tempDir } from '../../support/temp-dir.ts'

const ALIVE = { kind: 'alive' } as const
const FORWARD = { kind: 'forward', local: '/run/l', remote: '/run/r' } as const

const words = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length + 4)
  for (const [at, number] of [4 * numbers.length, ...numbers].entries()) bytes.writeUInt32BE(number, 4 * at)
  return bytes
}
const HELLO = words(1, 4)

/** A program that listens on a control socket, as long as the test. @returns its path. */
async function master(serve: (socket: Socket) => void): Promise<string> {
  const dir = tempDir()
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(dir.file('s'), resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
    dir[Symbol.dispose]()
  })
  return dir.file('s')
}

it('each request is granted or not, in whatever order and pieces the answers come', async () => {
  const path = await master((socket) => {
    const answers = Buffer.concat([HELLO, words(0x8000_0003, 1, 0), words(0x8000_0005, 2, 4711), words(0x8000_0001, 0)])
    for (const byte of answers) socket.write(Buffer.from([byte]))
  })
  expect(await askMaster(path, [FORWARD, FORWARD, ALIVE], 20_000)).toEqual([true, false, true])
})

it('says what OpenSSH expects', async () => {
  const asked: Buffer[] = []
  const path = await master((socket) => socket.on('data', (chunk) => asked.push(chunk)))
  expect(await askMaster(path, [FORWARD], 300)).toEqual([false])
  const port = 'fffffffe'
  const [local, remote] = ['/run/l', '/run/r'].map((name) => `00000006${Buffer.from(name).toString('hex')}`)
  expect(Buffer.concat(asked).toString('hex')).toBe(
    `000000080000000100000004${'00000028'}100000060000000000000001${local}${port}${remote}${port}`,
  )
})

it.each<[string, (socket: Socket) => void]>([
  ['hangs up', (socket) => socket.end()],
  ['speaks another version', (socket) => socket.write(Buffer.concat([words(1, 5), words(0x8000_0005, 0, 1)]))],
  ['sends something else', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
])('nothing is granted by a program that %s', async (_, serve) => {
  expect(await askMaster(await master(serve), [ALIVE], 20_000)).toEqual([false])
})

it('nothing is granted where nobody listens, and nothing is asked where there is nothing to ask', async () => {
  expect(await askMaster('/nowhere/s', [ALIVE, FORWARD], 20_000)).toEqual([false, false])
  expect(await askMaster('/nowhere/s', [], 20_000)).toEqual([])
})
