// A daemon with databases, in a process of its own, for `npm run bench`. Arguments: a folder for its socket and files, and how many records
// a traverse of any of its databases has.
import { decode, encode } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { encodePacket } from '../../src/lib/wire/packet.ts'
import { recordData, recordHeader } from '../../src/lib/wire/record-structs.ts'
import { DatabaseDaemon } from '../../test/support/database-daemon.ts'

const [, , folder = '', count = ''] = process.argv
/** Stands in the packets for the message id that a client chooses. */
const PLACEHOLDER = 0x0102_0304_0506_0708n
const header = encode(recordHeader, { rsn: 7n, dmaster: 0, reserved: 0, flags: 0 })

const packet = (key: string, value: Uint8Array): Uint8Array =>
  encodePacket(
    { destination: 0, source: 0, requestId: 0 },
    {
      kind: 'message',
      srvid: PLACEHOLDER,
      data: encode(recordData, { requestId: 0, key: Buffer.from(key), data: value }),
    },
  )

const packets = Array.from({ length: Number(count) }, (_, index) =>
  packet(`some key ${index}`, Buffer.concat([header, Buffer.from(`the value of key ${index}, with a NUL\0`)])),
)
const traverse = Buffer.concat([...packets, packet('', Buffer.of())])
const placeholder = Buffer.alloc(8)
placeholder.writeBigUInt64LE(PLACEHOLDER)
const places: number[] = []
for (let at = traverse.indexOf(placeholder); at !== -1; at = traverse.indexOf(placeholder, at + 8)) places.push(at)

const daemon = await DatabaseDaemon.start(folder, {
  // Sent in one piece, so that it is not the daemon that is measured.
  onTraverse({ request, reply, socket }) {
    const { srvid } = decode(controls.traverseStart.request, request.data)
    reply(controls.traverseStart, undefined)
    for (const place of places) traverse.writeBigUInt64LE(srvid, place)
    socket.write(traverse)
  },
})
await daemon.write('persistent.tdb', 'key', Buffer.from('value'))
process.send?.('ready')
