import type { Clock } from '../../../component/clock.ts'

/** What stores a batcher's batches. */
export interface BatchEnqueuer<Batch> {
  /** How much of a request the batch fills, about; 1 and more is a full one. */
  fill(batch: Batch): number
  /**
   * Stores batches, in order.
   * @returns why a batch could not be stored, by batch
   * @throws where none could be stored
   */
  store(batches: readonly Batch[]): ReadonlyMap<Batch, unknown>
  /** To be called with a batch whose sender gave up before it was stored. */
  withdraw(batch: Batch): void
}

export interface BatcherSettings<Batch> {
  readonly enqueuer: BatchEnqueuer<Batch>
  readonly clock: Clock
  /** How long a group waits for more. */
  readonly flushTimeoutMs: number
}

interface Entry<Batch> extends PromiseWithResolvers<void> {
  readonly batch: Batch
}

interface Group<Batch> {
  /** In order of arrival. A batch may be here twice: two pipelines may share a receiver and an exporter. */
  readonly entries: Set<Entry<Batch>>
  fill: number
  readonly flushTimer: AbortController
}

/** Groups the batches of several queries and receivers, so that small ones share a request. */
export class Batcher<Batch> {
  readonly #settings: BatcherSettings<Batch>
  #open: Group<Batch> | undefined

  constructor(settings: BatcherSettings<Batch>) {
    this.#settings = settings
  }

  /** Resolves when the batch was stored; rejects when it wasn't. */
  async add(batch: Batch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { enqueuer } = this.#settings
    this.#open ??= this.#newGroup()
    const group = this.#open
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const entry = { batch, promise, resolve, reject }
    group.entries.add(entry)
    group.fill += enqueuer.fill(batch)

    const withdraw = () => {
      if (!group.entries.delete(entry)) return
      enqueuer.withdraw(batch)
      reject(signal.reason)
    }
    signal.addEventListener('abort', withdraw, { once: true })
    if (group.fill >= 1) this.close()
    try {
      await promise
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
      const batches = entries.map(({ batch }) => batch)
      const refused = this.#settings.enqueuer.store(batches)
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
    const group = { entries: new Set<Entry<Batch>>(), fill: 0, flushTimer }
    clock.sleep(flushTimeoutMs, flushTimer.signal).then(
      () => this.#open === group && this.close(),
      // Closed before its time.
      () => undefined,
    )
    return group
  }
}
