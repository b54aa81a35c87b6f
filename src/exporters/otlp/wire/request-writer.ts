import type { OutgoingPoint, Temporality } from '../../../deltas/outgoing-point.ts'
import type { Attributes } from '../../../pdata/attributes.ts'
import type { Resource, Scope } from '../../../pdata/batch.ts'
import type { LogRecord } from '../../../pdata/log-record.ts'
import type { MetricInfo } from '../../../pdata/metric.ts'
import type { Signal } from '../../../pdata/signal.ts'
import { ByteWriter } from './byte-writer.ts'
import { Container } from './container.ts'
import { encodeAttributes } from './encode-attributes.ts'
import type { Encoding } from './encoding.ts'
import { jsonFormat } from './json-format.ts'
import { type AttributeLimits, limitedKey } from './limits.ts'
import { protobufFormat } from './protobuf-format.ts'
import type { Envelope, WireFormat } from './wire-format.ts'

export interface RequestWriterSettings {
  readonly signal: Signal
  readonly encoding: Encoding
  readonly limits: AttributeLimits | undefined
  /** Serialized, before compression. */
  readonly maxRequestBytes: number
}

/** `full`: it doesn't fit beside the others. The last two: it fits into no request. */
export type Added = 'added' | 'full' | 'too_large' | 'invalid_attribute'

interface EncodedAttributes {
  readonly bytes: Uint8Array
  /** Infinite where others can't stand beside them. */
  readonly count: number
}

const nothing: EncodedAttributes = { bytes: new Uint8Array(), count: 0 }

/** What one resource has in one scope, in one request. */
interface ScopeContainer {
  readonly resource: Resource
  readonly scope: Scope
  readonly container: Container
  /** By metric, what its points are in. */
  readonly data: Readonly<Record<Temporality, Map<MetricInfo, Container>>>
}

/**
 * Writes requests of one signal, of any number of resources, none larger than the limit. Items are grouped as they come, and
 * written when the request is taken. What comes again is encoded once: resources, scopes, metrics, attributes of series.
 */
export class RequestWriter {
  readonly #settings: RequestWriterSettings
  readonly #format: WireFormat
  readonly #out = new ByteWriter(4_096)
  readonly #envelopes = new WeakMap<Resource | Scope | MetricInfo, Envelope>()
  readonly #attributes = new WeakMap<Attributes, EncodedAttributes>()
  /** Keys of attributes that were encoded. */
  readonly #keys = new Set<string>()
  readonly #resources = new Map<
    Resource,
    { readonly container: Container; readonly scopes: Map<Scope, ScopeContainer> }
  >()
  #request: Container
  #last: ScopeContainer | undefined
  #lastAttributes: Attributes | undefined
  #lastEncoded: EncodedAttributes | undefined
  #items = 0

  constructor(settings: RequestWriterSettings) {
    this.#settings = settings
    this.#format = settings.encoding === 'protobuf' ? protobufFormat() : jsonFormat
    this.#request = new Container(this.#format, this.#format.request(settings.signal))
  }

  get signal(): Signal {
    return this.#settings.signal
  }

  /** In the request that isn't taken yet. */
  get items(): number {
    return this.#items
  }

  addPoint(resource: Resource, scope: Scope, point: OutgoingPoint): Added {
    const { attributes, metric, parts } = point.series
    const container = this.#dataOf(resource, scope, point)
    const shared = this.#shared(parts?.shared ?? attributes)
    const own = parts === undefined ? nothing : this.#encoded(parts.own)
    if (container === undefined || shared === undefined || own === undefined) return 'invalid_attribute'
    const { limits } = this.#settings
    const isTooMuch =
      parts !== undefined && shared.count + own.count > (limits?.recordAttributes ?? Number.MAX_SAFE_INTEGER)
    if (isTooMuch || (limits !== undefined && this.#keys.has(metric.name))) return this.#addWhole(container, point)
    const bytes = this.#format.pointBytes(shared.bytes, own.bytes, point)
    return this.#add(container, bytes, shared.bytes, own.bytes, point)
  }

  addRecord(resource: Resource, scope: Scope, record: LogRecord): Added {
    const { limits } = this.#settings
    const container = this.#scopeOf(resource, scope)?.container
    const owner = { kind: 'record', doubles: record.doubles ?? [] } as const
    const attributes = encodeAttributes(record.attributes, owner, limits, this.#format)
    if (container === undefined || attributes === undefined) return 'invalid_attribute'
    const bytes = this.#format.record(record, attributes)
    return this.#add(container, bytes.length, bytes)
  }

  /** The request, which begins anew. The bytes are overwritten with the next one. */
  take(): Uint8Array {
    this.#out.length = 0
    this.#out.reserve(this.#request.contentBytes)
    // NumberDataPoints of a Gauge or a Sum, LogRecords of ScopeLogs.
    this.#request.write(this.#out, this.#settings.signal === 'metrics' ? 1 : 2)
    this.clear()
    return this.#out.written
  }

  /** Forgets what was added. */
  clear(): void {
    this.#request = new Container(this.#format, this.#format.request(this.#settings.signal))
    this.#resources.clear()
    this.#last = undefined
    this.#items = 0
  }

  /** A point whose attributes can't be encoded in parts: one may have the metric's name, or they are too many. */
  #addWhole(container: Container, point: OutgoingPoint): Added {
    const { metric, attributes } = point.series
    const owner = { kind: 'point', metric: metric.name } as const
    const bytes = encodeAttributes(attributes, owner, this.#settings.limits, this.#format)
    if (bytes === undefined) return 'invalid_attribute'
    return this.#add(container, this.#format.pointBytes(bytes, nothing.bytes, point), bytes, nothing.bytes, point)
  }

  #add(container: Container, itemBytes: number, item: Uint8Array, own?: Uint8Array, point?: OutgoingPoint): Added {
    const { maxRequestBytes } = this.#settings
    if (container.sizeWith(itemBytes) > maxRequestBytes) {
      return container.sizeAlone(itemBytes) > maxRequestBytes ? 'too_large' : 'full'
    }
    container.add(itemBytes, item, own, point)
    this.#items += 1
    return 'added'
  }

  #dataOf(resource: Resource, scope: Scope, { series: { metric }, temporality }: OutgoingPoint): Container | undefined {
    const ofScope = this.#scopeOf(resource, scope)
    const known = ofScope?.data[temporality].get(metric)
    if (known !== undefined || ofScope === undefined) return known
    const envelope = this.#envelopes.get(metric) ?? this.#remember(metric, this.#format.metric(metric))
    const ofMetric = new Container(this.#format, envelope, ofScope.container)
    const data = new Container(this.#format, this.#format.data(metric, temporality), ofMetric)
    ofScope.data[temporality].set(metric, data)
    return data
  }

  /** `undefined` where the resource can't be sent. */
  #scopeOf(resource: Resource, scope: Scope): ScopeContainer | undefined {
    if (this.#last?.resource === resource && this.#last.scope === scope) return this.#last
    let ofResource = this.#resources.get(resource)
    if (ofResource === undefined) {
      const envelope = this.#resourceEnvelope(resource)
      if (envelope === undefined) return undefined
      ofResource = { container: new Container(this.#format, envelope, this.#request), scopes: new Map() }
      this.#resources.set(resource, ofResource)
    }
    this.#last = ofResource.scopes.get(scope)
    if (this.#last === undefined) {
      const envelope =
        this.#envelopes.get(scope) ?? this.#remember(scope, this.#format.scope(this.#settings.signal, scope))
      const container = new Container(this.#format, envelope, ofResource.container)
      this.#last = { resource, scope, container, data: { delta: new Map(), cumulative: new Map() } }
      ofResource.scopes.set(scope, this.#last)
    }
    return this.#last
  }

  #resourceEnvelope(resource: Resource): Envelope | undefined {
    const known = this.#envelopes.get(resource)
    if (known !== undefined) return known
    const { signal, limits } = this.#settings
    const attributes = encodeAttributes(resource.attributes, { kind: 'resource' }, limits, this.#format)
    return attributes && this.#remember(resource, this.#format.resource(signal, attributes))
  }

  #remember(of: Resource | Scope | MetricInfo, envelope: Envelope): Envelope {
    this.#envelopes.set(of, envelope)
    return envelope
  }

  /** Points of one row come one after the other. */
  #shared(attributes: Attributes): EncodedAttributes | undefined {
    if (attributes !== this.#lastAttributes) {
      this.#lastEncoded = this.#encoded(attributes)
      this.#lastAttributes = attributes
    }
    return this.#lastEncoded
  }

  #encoded(attributes: Attributes): EncodedAttributes | undefined {
    const known = this.#attributes.get(attributes)
    if (known !== undefined) return known
    const { limits } = this.#settings
    const bytes = encodeAttributes(attributes, { kind: 'point' }, limits, this.#format)
    if (bytes === undefined) return undefined
    const keys = Object.keys(attributes)
    for (const key of keys) this.#keys.add(key)
    // A key that is changed may be another part's.
    const isChanged = limits !== undefined && keys.some((key) => limitedKey(key, limits) !== key)
    const encoded = { bytes, count: isChanged ? Number.POSITIVE_INFINITY : keys.length }
    this.#attributes.set(attributes, encoded)
    return encoded
  }
}
