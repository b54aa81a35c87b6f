import type { Baseline, LastComplete, SeriesBaseline } from '../../../src/deltas/baseline.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { seriesKey } from '../../../src/demo/endpoint/series-total.ts'
import type {
  DeliveryStore,
  DropListener,
  NewRequest,
  QueueSize,
  StoredRequest,
  TakeOrder,
} from '../../../src/exporters/otlp/queue/delivery-store.ts'
import { signalPaths } from '../../../src/exporters/otlp/wire/signal-paths.ts'
import { apiKey } from '../../matrix/support/rig.ts'
import { pointsIn } from './refusals.ts'

/** A store that remembers what was put into it, so that a test knows what was dropped. */
export class RecordingStore implements DeliveryStore, Disposable {
  readonly #store: DeliveryStore
  readonly #stored: ReceivedPoint[]

  /** @param stored where the points go, so that several stores of one file can share them */
  constructor(store: DeliveryStore, stored: ReceivedPoint[]) {
    this.#store = store
    this.#stored = stored
  }

  get survives(): boolean {
    return this.#store.survives
  }

  put(
    requests: readonly NewRequest[],
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void {
    this.#store.put(requests, baselines, completes)
    for (const request of requests) {
      const headers = {
        'api-key': apiKey,
        'content-type': 'application/x-protobuf',
        'content-encoding': request.compression,
      }
      this.#stored.push(...pointsIn({ path: signalPaths[request.signal], headers, body: Buffer.from(request.bytes) }))
    }
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#store.baseline(query, key)
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#store.lastComplete(query)
  }

  take(which?: TakeOrder): StoredRequest | undefined {
    return this.#store.take(which)
  }

  release(request: StoredRequest): void {
    this.#store.release(request)
  }

  remove(request: StoredRequest): void {
    this.#store.remove(request)
  }

  replace(request: StoredRequest, pieces: readonly NewRequest[]): readonly StoredRequest[] {
    return this.#store.replace(request, pieces)
  }

  size(): QueueSize {
    return this.#store.size()
  }

  oldestMs(): number | undefined {
    return this.#store.oldestMs()
  }

  onDropped(listener: DropListener): void {
    this.#store.onDropped(listener)
  }

  [Symbol.dispose](): void {
    if (isDisposable(this.#store)) this.#store[Symbol.dispose]()
  }
}

/** The points that were stored and never arrived. */
export function undelivered(
  stored: readonly ReceivedPoint[],
  arrived: readonly ReceivedPoint[],
): readonly ReceivedPoint[] {
  const keys = new Set(arrived.map(sampleKey))
  return stored.filter((point) => !keys.has(sampleKey(point)))
}

/** A start may be clamped while a request waits; of one series no two points end at the same moment. */
function sampleKey(point: ReceivedPoint): string {
  return `${seriesKey(point)} ${point.timeNs}`
}

function isDisposable(store: object): store is Disposable {
  return Symbol.dispose in store
}
