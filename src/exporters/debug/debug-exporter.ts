import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Account, Exporter } from '../../component/exporter.ts'
import type { Host } from '../../component/host.ts'
import { PointAccount } from '../../component/point-account.ts'
import type { LastComplete, SeriesBaseline } from '../../deltas/baseline.ts'
import { BaselineCache } from '../../deltas/baseline-cache.ts'
import type { DeltaOutcome } from '../../deltas/delta-outcome.ts'
import { DeltaPass } from '../../deltas/delta-pass.ts'
import type { OutgoingPoint } from '../../deltas/outgoing-point.ts'
import { rowDeltas } from '../../deltas/row-deltas.ts'
import type { Batch } from '../../pdata/batch.ts'
import type { LogBatch } from '../../pdata/log-record.ts'
import type { DebugConfig } from './debug-config.ts'
import { renderBatch, renderDetails, renderPoint } from './render.ts'
import { renderLogBatch, renderRecord, renderRecordDetails } from './render-logs.ts'

export interface DebugExporterSettings {
  readonly config: DebugConfig
  /** Where the lines go. Stays open. */
  readonly output: Writable
}

/** Prints what would be sent. */
export class DebugExporter implements Exporter {
  readonly #settings: DebugExporterSettings
  readonly #account = new PointAccount(0)
  readonly #baselines = new BaselineCache()
  readonly #stopping = new AbortController()
  #host: Host | undefined

  constructor(settings: DebugExporterSettings) {
    this.#settings = settings
  }

  async start(host: Host): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#host = host
    host.report({ kind: 'starting' })
    host.report({ kind: 'ok' })
  }

  async shutdown(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    this.#host?.report({ kind: 'stopping' })
    this.#host?.report({ kind: 'stopped' })
  }

  async consume(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    signal.throwIfAborted()
    const { points, consumed } = this.#deltasOf(batch)
    await this.#print(this.#render(batch, points, consumed), signal)
  }

  async consumeLogs(batch: LogBatch, signal: AbortSignal): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    signal.throwIfAborted()
    this.#account.consumed(batch.records.length)
    this.#account.sent(batch.records.length)
    await this.#print(this.#renderLogs(batch), signal)
  }

  account(): Account {
    return this.#account.read(0)
  }

  async flush(): Promise<void> {}

  async #print(text: string, signal: AbortSignal): Promise<void> {
    const { output } = this.#settings
    if (output.write(text)) return
    await once(output, 'drain', { signal: AbortSignal.any([signal, this.#stopping.signal]) })
  }

  /** What would be sent of a batch, and out of how many points. */
  #deltasOf(batch: Batch): { readonly points: readonly OutgoingPoint[]; readonly consumed: number } {
    const pass = new DeltaPass(this.#baselines, this.#settings.config.temporality)
    const points: OutgoingPoint[] = []
    const baselines: SeriesBaseline[] = []
    // Counter rows complete their result by themselves.
    pass.add(batch, batch.counterRows === undefined, (key, outcome) => {
      if (outcome.kind === 'send') points.push(outcome.point)
      if (outcome.baseline !== undefined) baselines.push({ key, baseline: outcome.baseline })
      this.#count(outcome)
    })
    this.#keep(baselines, pass.completes)
    const ofRows = this.#rowDeltas(batch)
    return { points: [...points, ...ofRows.points], consumed: batch.points.length + ofRows.consumed }
  }

  #rowDeltas({ reading, counterRows }: Batch): {
    readonly points: readonly OutgoingPoint[]
    readonly consumed: number
  } {
    if (counterRows === undefined) return { points: [], consumed: 0 }
    const result = rowDeltas(reading, counterRows, this.#baselines, this.#settings.config.temporality)
    this.#keep(result.baselines, result.completes)
    this.#account.consumed(result.consumed)
    this.#account.sent(result.outgoing.length)
    for (const [reason, points] of result.absorbed) this.#account.absorbed(reason, points)
    for (const [reason, points] of result.dropped) this.#account.dropped(reason, points)
    return { points: result.outgoing, consumed: result.consumed }
  }

  #keep(baselines: readonly SeriesBaseline[], completes: ReadonlyMap<string, LastComplete>): void {
    for (const { key, baseline } of baselines) this.#baselines.set(key, baseline, 0)
    this.#baselines.complete(completes)
  }

  #count(outcome: DeltaOutcome): void {
    this.#account.consumed(1)
    if (outcome.kind === 'send') this.#account.sent(1)
    else if (outcome.kind === 'absorbed') this.#account.absorbed(outcome.reason, 1)
    else this.#account.dropped(outcome.reason, 1)
  }

  #render(batch: Batch, points: readonly OutgoingPoint[], consumed: number): string {
    const { verbosity } = this.#settings.config
    if (verbosity === 'basic') return renderBatch(batch, points.length, consumed)
    return points.map((one) => (verbosity === 'normal' ? renderPoint(one) : renderDetails(batch, one))).join('')
  }

  #renderLogs(batch: LogBatch): string {
    const { verbosity } = this.#settings.config
    if (verbosity === 'basic') return renderLogBatch(batch)
    const render = verbosity === 'normal' ? renderRecord : renderRecordDetails
    return batch.records.map((record) => render(record, batch)).join('')
  }
}
