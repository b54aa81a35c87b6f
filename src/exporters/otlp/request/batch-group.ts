import type { Clock } from '../../../component/clock.ts'

/** Adds up about how big a request with these batches gets. */
export interface GroupSize<Batch> {
  readonly full: boolean
  add(batch: Batch): void
}

export interface BatchGroupSettings<Batch> {
  readonly clock: Clock
  /** How long a group waits for more. */
  readonly flushTimeoutMs: number
  /** Of an empty group. */
  newSize(): GroupSize<Batch>
  /** Stores batches; gives the reasons of those that could not be. Throws where none could. */
  store(batches: readonly Batch[]): ReadonlyMap<Batch, unknown>
  /** Told of a batch whose sender gave up before it was stored. */
  withdrawn(batch: Batch): void
}

interface Entry<Batch> extends PromiseWithResolvers<void> {
  readonly batch: Batch
}

interface Group<Batch> {
  /** In order of arrival. A batch may be here twice: two pipelines may share a receiver and an exporter. */
  readonly entries: Set<Entry<Batch>>
  readonly size: GroupSize<Batch>
  readonly flushTimer: AbortController
}

/** Collects batches of several queries and receivers, so that small ones share a request. */
export class BatchGroups<Batch> {
  readonly #settings: BatchGroupSettings<Batch>
  #open: Group<Batch> | undefined

  constructor(settings: BatchGroupSettings<Batch>) {
    this.#settings = settings
  }

  /** Resolves when the batch was stored; rejects when it wasn't. */
  async add(batch: Batch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#open ??= this.#newGroup()
    const group = this.#open
    const entry = { batch, ...Promise.withResolvers<void>() }
    group.entries.add(entry)
    group.size.add(batch)

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
    group.flushTimer.abort()
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

  #newGroup(): Group<Batch> {
    const { clock, flushTimeoutMs } = this.#settings
    const flushTimer = new AbortController()
    const group = { entries: new Set<Entry<Batch>>(), size: this.#settings.newSize(), flushTimer }
    clock.sleep(flushTimeoutMs, flushTimer.signal).then(
      () => this.#open === group && this.close(),
      // Closed before its time.
      () => undefined,
    )
    return group
  }
}
