import type { OutgoingPoint } from '../../../deltas/outgoing-point.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { Envelope, WireFormat } from './wire-format.ts'

/** A message of a request that holds others, with its size as it grows. Once it has an item it is part of the request. */
export class Container {
  readonly #format: WireFormat
  readonly #envelope: Envelope
  readonly #parent: Container | undefined
  readonly #containers: Container[] = []
  /** Log records, or the attributes of points. */
  readonly #items: Uint8Array[] = []
  readonly #points: OutgoingPoint[] = []
  /** Of points: their own attributes. */
  readonly #owns: Uint8Array[] = []
  #contentBytes: number
  #isUsed: boolean
  #isFirst = true

  constructor(format: WireFormat, envelope: Envelope, parent?: Container) {
    this.#format = format
    this.#envelope = envelope
    this.#parent = parent
    this.#contentBytes = envelope.head.length + envelope.tail.length
    this.#isUsed = parent === undefined
  }

  /** Of the request. */
  get contentBytes(): number {
    return this.#contentBytes
  }

  /** How large the request gets with an item of that size in this container. */
  sizeWith(itemBytes: number): number {
    return this.#requestWith(this.#framed(itemBytes))
  }

  /** How large a request is with nothing but this content in this container. */
  sizeAlone(itemBytes: number): number {
    const { head, tail } = this.#envelope
    const content = itemBytes + this.#format.frameBytes(itemBytes, true) + head.length + tail.length
    return this.#parent === undefined ? content : this.#parent.sizeAlone(content)
  }

  /** @param item of that many bytes; a point's item is its attributes */
  add(itemBytes: number, item: Uint8Array, own?: Uint8Array, point?: OutgoingPoint): void {
    this.#grow(this.#framed(itemBytes))
    this.#items.push(item)
    if (own !== undefined) this.#owns.push(own)
    if (point !== undefined) this.#points.push(point)
  }

  write(out: ByteWriter, itemField: number): void {
    const { head, tail } = this.#envelope
    out.raw(head)
    for (const one of this.#containers) {
      this.#format.writeFrame(out, one.#envelope.field, one.#contentBytes, one.#isFirst)
      one.write(out, itemField)
    }
    for (let index = 0; index < this.#items.length; index++) this.#writeItem(out, itemField, index)
    out.raw(tail)
  }

  #writeItem(out: ByteWriter, field: number, index: number): void {
    const item = this.#items[index]
    const own = this.#owns[index]
    const point = this.#points[index]
    if (item === undefined) return
    const isPoint = own !== undefined && point !== undefined
    const itemBytes = isPoint ? this.#format.pointBytes(item, own, point) : item.length
    this.#format.writeFrame(out, field, itemBytes, index === 0)
    if (isPoint) this.#format.writePoint(out, item, own, point)
    else out.raw(item)
  }

  #framed(itemBytes: number): number {
    return itemBytes + this.#format.frameBytes(itemBytes, this.#items.length === 0)
  }

  #requestWith(bytes: number): number {
    const parent = this.#parent
    return parent === undefined ? this.#contentBytes + bytes : parent.#requestWith(this.#inParent(bytes, parent))
  }

  #grow(bytes: number): void {
    const parent = this.#parent
    if (parent !== undefined) parent.#grow(this.#inParent(bytes, parent))
    this.#contentBytes += bytes
    if (parent === undefined || this.#isUsed) return
    this.#isUsed = true
    this.#isFirst = parent.#containers.length === 0
    parent.#containers.push(this)
  }

  /** How many bytes the parent gets with so many in this container. */
  #inParent(bytes: number, parent: Container): number {
    const { frameBytes } = this.#format
    const content = this.#contentBytes + bytes
    if (!this.#isUsed) return content + frameBytes(content, parent.#containers.length === 0)
    return bytes + frameBytes(content, this.#isFirst) - frameBytes(this.#contentBytes, this.#isFirst)
  }
}
