/** Writes into a buffer that grows and is used again. */
export class ByteWriter {
  length = 0
  #bytes: Buffer
  #view: DataView

  constructor(sizeBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** What was written, until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** A copy of what was written; the writer is empty then. */
  take(): Uint8Array {
    const taken = Buffer.from(this.written)
    this.length = 0
    return taken
  }

  /** Makes room for so many bytes more. The methods down to `raw` need it; those below reserve their own. */
  reserve(sizeBytes: number): void {
    const needed = this.length + sizeBytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.written)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  byte(value: number): void {
    this.#bytes[this.length++] = value
  }

  /** @param value whole, from 0 to 2^31 - 1 */
  varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.length++] = (rest & 0x7f) | 0x80
      rest >>= 7
    }
    this.#bytes[this.length++] = rest
  }

  /** @param value whole, of 64 bits with a sign */
  varint64(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.length++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.length++] = Number(rest)
  }

  fixed32(value: number): void {
    this.#view.setUint32(this.length, value, true)
    this.length += 4
  }

  /** @param value a safe integer */
  fixed64(value: number): void {
    this.fixed32(value)
    this.fixed32(Math.floor(value / 2 ** 32))
  }

  double(value: number): void {
    this.#view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** @param micros microseconds since the Unix epoch; written as nanoseconds in 64 bits, which no number holds */
  nanoseconds(micros: number): void {
    const high = Math.floor(micros / 2 ** 32)
    const low = (micros - high * 2 ** 32) * 1_000
    this.fixed32(low)
    this.fixed32(high * 1_000 + Math.floor(low / 2 ** 32))
  }

  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** In UTF-8; half a surrogate pair becomes U+FFFD. */
  text(text: string): void {
    this.reserve(3 * text.length)
    this.length += this.#bytes.write(text, this.length)
  }

  /** Puts the length of what is written by `write` before it. */
  delimited(write: () => void): void {
    const start = this.length
    write()
    const size = this.length - start
    this.reserve(4)
    this.#bytes.copyWithin(start + varintBytes(size), start, this.length)
    this.length = start
    this.varint(size)
    this.length += size
  }
}

/** How many bytes a varint takes. */
export function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
}
