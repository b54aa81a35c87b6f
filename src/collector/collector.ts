import type { Account, Exporter } from '../component/exporter.ts'
import type { ComponentSettings } from '../component/factory.ts'
import type { Lacks, Receiver } from '../component/receiver.ts'
import type { Status } from '../component/status.ts'
import { fanOut } from './fan-out.ts'
import type { Graph } from './graph.ts'
import { StatusBoard } from './status-board.ts'
import { Stores } from './stores.ts'

export interface CollectorSettings extends Omit<ComponentSettings, 'id'> {
  /** Called with every status that a component reports: `receivers/postgresql`, `exporters/newrelic`. */
  readonly onStatus?: (id: string, status: Status) => void
  /** How long `collectTwice` may take to deliver, beyond the two scrapes; 60 s. */
  readonly deliveryTimeoutMs?: number
}

/** The composition root: makes the components of a graph, joins them, and starts and stops them in order. */
export class Collector implements AsyncDisposable {
  readonly #settings: CollectorSettings
  readonly #exporters = new Map<string, Exporter>()
  readonly #receivers = new Map<string, Receiver>()
  readonly #board: StatusBoard
  readonly #ownStores = new Stores()
  #stopped: Promise<void> | undefined

  /**
   * @param stores of the exporters, where they are to outlive the collector, so that another one can take them over
   * @throws ConfigError where a store's place can't be used
   */
  constructor(graph: Graph, settings: CollectorSettings, stores?: Stores) {
    this.#settings = settings
    this.#board = new StatusBoard(settings.onStatus)
    for (const [id, exporter] of graph.exporters)
      this.#exporters.set(id, exporter.make({ ...settings, id }, stores ?? this.#ownStores))
    const made = (ids: readonly string[]) => ids.flatMap((id) => this.#exporters.get(id) ?? [])
    for (const [id, receiver] of graph.receivers) {
      const { metrics, logs } = receiver.exporters
      const consumer = fanOut({ metrics: made(metrics), logs: made(logs) })
      this.#receivers.set(id, receiver.make({ ...settings, id }, consumer))
    }
    for (const id of graph.unused) settings.logger.warn('Configured, but in no pipeline.', { component: id })
  }

  /** Exporters first: what a receiver produces must find its taker. Stops everything when one can't start. */
  async start(): Promise<void> {
    try {
      await this.startExporters()
      for (const [id, receiver] of this.#receivers) await receiver.start(this.#board.hostOf(`receivers/${id}`))
    } catch (error) {
      await this.shutdown()
      throw error
    }
  }

  /** For collections on demand, without any schedule. */
  async startExporters(): Promise<void> {
    for (const [id, exporter] of this.#exporters) await exporter.start(this.#board.hostOf(`exporters/${id}`))
  }

  /**
   * Every receiver scrapes twice, one interval apart, because counters need both; then everything is delivered. Gives what
   * couldn't be read or delivered before the signal aborted, and never rejects.
   */
  async collectTwice(signal: AbortSignal): Promise<Lacks> {
    const scraped = await Promise.allSettled(
      [...this.#receivers.values()].map(async (receiver) => {
        const { failures } = await receiver.collect(signal)
        await this.#settings.clock.sleep(receiver.intervalMs, signal)
        const second = await receiver.collect(signal)
        return { failures: [...failures, ...second.failures], missing: second.missing }
      }),
    )
    const deadline = AbortSignal.timeout(this.#settings.deliveryTimeoutMs ?? 60_000)
    const delivered = await Promise.allSettled(
      [...this.#exporters].map(([id, exporter]) => this.#flush(id, exporter, deadline, signal)),
    )
    const rejected = [...scraped, ...delivered].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    const lacks = scraped.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    return {
      failures: [...rejected, ...lacks.flatMap(({ failures }) => failures)],
      missing: lacks.flatMap(({ missing }) => missing),
    }
  }

  /** What became of every point and log record, by exporter. */
  accounts(): ReadonlyMap<string, Account> {
    return new Map([...this.#exporters].map(([id, exporter]) => [id, exporter.account()]))
  }

  /** By component: `receivers/postgresql`, `exporters/newrelic`. */
  statuses(): ReadonlyMap<string, Status> {
    return this.#board.statuses()
  }

  /** Producers stop first; then the exporters deliver what they have, or keep it. */
  shutdown(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  async #flush(id: string, exporter: Exporter, deadline: AbortSignal, signal: AbortSignal): Promise<void> {
    try {
      await exporter.flush(AbortSignal.any([signal, deadline]))
    } catch (error) {
      signal.throwIfAborted()
      const status = this.#board.statuses().get(`exporters/${id}`)
      const reason = status !== undefined && 'reason' in status ? status.reason : 'no answer yet'
      throw new Error(`exporters/${id}: not delivered in time: ${reason}`, { cause: error })
    }
  }

  async #stop(): Promise<void> {
    for (const components of [this.#receivers, this.#exporters]) {
      await Promise.all(
        [...components].map(async ([id, component]) => {
          try {
            await component.shutdown()
          } catch (error) {
            this.#settings.logger.error('Could not be stopped in order.', { component: id, error })
          }
        }),
      )
    }
    // Last: until an exporter has stopped, it uses its store.
    await this.#ownStores[Symbol.asyncDispose]()
  }
}
