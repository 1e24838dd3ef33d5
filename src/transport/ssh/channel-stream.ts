import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { abandon } from './session.ts'

type Done = (error?: Error | null) => void

/**
 * One channel of a connection as a stream that behaves as a socket does: each half ends by itself, what is written waits for the other
 * side's window, and what can no longer be written fails. ssh2's own channel keeps writers waiting for ever once it is closed.
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

  override _final(done: Done): void {
    // Not `end`, by which some servers take both halves for ended.
    if (!this.isClosed) this.channel.eof()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.isClosed) abandon(this.channel)
    done(error)
  }

  /** What came before can still be read; nothing can be written any more. */
  private closedByPeer(): void {
    this.isClosed = true
    this.pending?.(brokenPipe())
    this.pending = undefined
    if (this.readableEnded) this.destroy()
    else this.once('end', () => this.destroy())
  }
}

const brokenPipe = (): Error => Object.assign(new Error('the other side takes no more'), { code: 'EPIPE' })
