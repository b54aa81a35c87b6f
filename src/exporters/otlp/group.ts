import type { Clock } from '../../component/clock.ts'
import type { Batch } from '../../pdata/batch.ts'
import type { Encoding } from './encode.ts'
import { RequestSize } from './split.ts'

export interface GroupingSettings {
  readonly clock: Clock
  readonly encoding: Encoding
  /** How long a group waits for more. */
  readonly lingerMs: number
  /** Stores batches; gives the reasons of those that could not be. */
  store(batches: readonly Batch[]): ReadonlyMap<Batch, unknown>
  /** Told of a batch whose sender gave up before it was stored. */
  withdrawn(batch: Batch): void
}

interface Entry extends PromiseWithResolvers<void> {
  readonly batch: Batch
}

interface Group {
  /** In order of arrival. A batch may be here twice: two pipelines may share a receiver and an exporter. */
  readonly entries: Set<Entry>
  readonly size: RequestSize
  readonly lingering: AbortController
}

/** Collects batches of several queries and receivers, so that small ones share a request. */
export class Grouping {
  readonly #settings: GroupingSettings
  #open: Group | undefined

  constructor(settings: GroupingSettings) {
    this.#settings = settings
  }

  /** Resolves when the batch was stored; rejects when it wasn't. */
  async add(batch: Batch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#open ??= this.#newGroup()
    const group = this.#open
    const entry = { batch, ...Promise.withResolvers<void>() }
    group.entries.add(entry)
    for (const { series } of batch.points) group.size.add(batch.resource, series)

    const withdraw = () => {
      if (!group.entries.delete(entry)) return
      this.#settings.withdrawn(batch)
      entry.reject(signal.reason)
    }
    signal.addEventListener('abort', withdraw, { once: true })
    if (group.size.full) this.close()
    try {
      await entry.promise
    } finally {
      signal.removeEventListener('abort', withdraw)
    }
  }

  /** Stores the open group now. */
  close(): void {
    const group = this.#open
    if (group === undefined) return
    this.#open = undefined
    group.lingering.abort()
    const entries = [...group.entries]
    group.entries.clear()
    if (entries.length === 0) return
    try {
      const refused = this.#settings.store(entries.map(({ batch }) => batch))
      for (const { batch, resolve, reject } of entries) {
        if (refused.has(batch)) reject(refused.get(batch))
        else resolve()
      }
    } catch (error) {
      for (const { reject } of entries) reject(error)
    }
  }

  #newGroup(): Group {
    const { clock, encoding, lingerMs } = this.#settings
    const group = { entries: new Set<Entry>(), size: new RequestSize(encoding), lingering: new AbortController() }
    clock.sleep(lingerMs, group.lingering.signal).then(
      () => this.#open === group && this.close(),
      // Closed before its time.
      () => undefined,
    )
    return group
  }
}
