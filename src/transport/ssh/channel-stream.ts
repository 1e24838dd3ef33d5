import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { joinedChunks } from '../joined-chunks.ts'

type Done = (error?: Error | null) => void

/**
 * One channel of a connection as a stream that behaves like a socket: each half ends by itself, writes wait for the other side's window, and
 * writes after the end fail. ssh2's own channel leaves writers waiting for ever once it is closed.
 */
export class ChannelStream extends Duplex {
  private readonly channel: ClientChannel
  private pending: Done | undefined
  private isClosed = false

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: true })
    this.channel = channel
    channel.on('error', (error: Error) => this.destroy(error))
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause()
    })
    channel.once('end', () => this.push(null))
    channel.once('close', () => this.closedByPeer())
  }

  override _read(): void {
    if (!this.destroyed) this.channel.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.isClosed) {
      done(brokenPipe())
      return
    }
    this.pending = done
    this.channel.write(chunk, (error) => {
      this.pending = undefined
      done(error)
    })
  }

  /** Controls that are asked together become one packet of SSH: encrypting many small ones takes longer than all else. */
  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    this._write(joinedChunks(chunks), 'binary', done)
  }

  override _final(done: Done): void {
    // Not `end`: some servers then treat both halves as ended.
    if (!this.isClosed) this.channel.eof()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.isClosed) abandon(this.channel)
    done(error)
  }

  /** Data that arrived before can still be read; nothing can be written any more. */
  private closedByPeer(): void {
    this.isClosed = true
    this.pending?.(brokenPipe())
    this.pending = undefined
    if (this.readableEnded) this.destroy()
    else this.once('end', () => this.destroy())
  }
}

const brokenPipe = (): Error => Object.assign(new Error('the other side closed the channel'), { code: 'EPIPE' })

/**
 * Closes a channel that is no longer needed, and drops data that is still on its way. Otherwise ssh2 would ask for more data on a closed
 * channel, which a server may treat as an error of the whole connection.
 */
export function abandon(channel: ClientChannel): void {
  channel.close()
  for (const stream of [channel, channel.stderr]) stream.push = () => false
}
