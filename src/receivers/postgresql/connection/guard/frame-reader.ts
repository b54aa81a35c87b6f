import { headerBytes } from './message-body.ts'

/** Who is given the messages. What it throws ends the reading. */
export interface FrameConsumer {
  /** Whether any more messages are wanted. */
  readonly ended: boolean
  /** Whether a message is wanted, asked as soon as its header is there, before any of its body is kept. */
  admits(type: number, length: number): boolean
  /** A whole message, with its header, is between these two places. */
  take(bytes: Buffer, from: number, to: number): void
  /** All that was whole has been taken. */
  pause(): void
}

/** Below this, room for all of a message is made at once. */
const smallBytes = 65_536

/** Cuts what a socket brings into whole messages. Keeps no more than the one that isn't complete. */
export class FrameReader {
  readonly #consumer: FrameConsumer
  /** The beginning of a message, of which `#kept` bytes are there. */
  #partial: Buffer = Buffer.alloc(0)
  #kept = 0
  /** Bytes of that message, its header counted; 0 until the header is there. */
  #wanted = 0
  #skipped = 0

  constructor(consumer: FrameConsumer) {
    this.#consumer = consumer
  }

  /** @param chunk as the socket gave it, and nobody else's: its memory is given back where none of it is wanted */
  read(chunk: Buffer): void {
    let offset = this.#skip(chunk, 0)
    if (offset === chunk.length) {
      release(chunk)
      return
    }
    if (this.#kept > 0) offset = this.#goOn(chunk, offset)
    while (!this.#consumer.ended && chunk.length - offset >= headerBytes) {
      const bytes = 1 + chunk.readUInt32BE(offset + 1)
      if (!this.#consumer.admits(chunk.readUInt8(offset), bytes - 1)) {
        this.#skipped = bytes
        offset = this.#skip(chunk, offset)
      } else if (offset + bytes <= chunk.length) {
        this.#consumer.take(chunk, offset, offset + bytes)
        offset += bytes
      } else {
        this.#wanted = bytes
        break
      }
    }
    this.#consumer.pause()
    if (!this.#consumer.ended && offset < chunk.length) this.#keep(chunk, offset, chunk.length)
  }

  /** Reads past what isn't wanted; gives where the chunk goes on. */
  #skip(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#skipped)
    this.#skipped -= end - offset
    return end
  }

  /** Goes on with the message that earlier chunks began; gives where the chunk goes on after it. */
  #goOn(chunk: Buffer, from: number): number {
    let offset = from
    if (this.#wanted === 0) {
      offset = this.#keep(chunk, offset, offset + headerBytes - this.#kept)
      if (this.#kept < headerBytes) return offset
      this.#wanted = 1 + this.#partial.readUInt32BE(1)
      if (!this.#consumer.admits(this.#partial.readUInt8(0), this.#wanted - 1)) {
        this.#skipped = this.#wanted - headerBytes
        this.#forget()
        return this.#skip(chunk, offset)
      }
    }
    offset = this.#keep(chunk, offset, offset + this.#wanted - this.#kept)
    if (this.#kept < this.#wanted) return offset
    const { frame, bytes } = { frame: this.#partial, bytes: this.#kept }
    this.#forget()
    this.#consumer.take(frame, 0, bytes)
    return offset
  }

  /** Keeps what the chunk has up to there; gives where it ended. */
  #keep(chunk: Buffer, from: number, to: number): number {
    const end = Math.min(to, chunk.length)
    const needed = this.#kept + end - from
    if (needed > this.#partial.length) {
      // Twice as much each time, so that a message which comes byte by byte isn't copied for each of them.
      const room = Math.max(needed, this.#partial.length * 2, Math.min(this.#wanted, smallBytes), headerBytes)
      const grown = Buffer.allocUnsafe(this.#wanted === 0 ? headerBytes : Math.min(room, this.#wanted))
      this.#partial.copy(grown, 0, 0, this.#kept)
      this.#partial = grown
    }
    chunk.copy(this.#partial, this.#kept, from, end)
    this.#kept = needed
    return end
  }

  #forget(): void {
    this.#partial = Buffer.alloc(0)
    this.#kept = 0
    this.#wanted = 0
  }
}

/** Memory outside the heap is collected only once there is much of it, which a result that is read past soon makes. */
function release({ buffer, byteLength }: Buffer): void {
  if (byteLength > 0 && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
