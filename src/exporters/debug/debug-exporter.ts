import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Account, Exporter } from '../../component/exporter.ts'
import type { Host } from '../../component/host.ts'
import type { Batch } from '../../pdata/batch.ts'
import { MemoryStore } from '../otlp/memory-store.ts'
import { PointAccount } from '../otlp/point-account.ts'
import { type Judged, Reckoning } from '../otlp/reckoning.ts'
import type { DebugConfig } from './debug-config.ts'
import { renderBatch, renderDetails, renderPoint } from './render.ts'

export interface DebugExporterSettings {
  readonly config: DebugConfig
  /** Where the lines go. Stays open. */
  readonly output: Writable
}

/** Prints what would be sent. */
export class DebugExporter implements Exporter {
  readonly #settings: DebugExporterSettings
  readonly #account = new PointAccount(0)
  /** Only baselines: nothing is queued. */
  readonly #store = new MemoryStore({ capacityBytes: 0 })
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
    const { config, output } = this.#settings
    const reckoning = new Reckoning(this.#store, config.temporality)
    reckoning.add(batch, true)
    this.#store.put(
      undefined,
      reckoning.judged.flatMap(({ key, verdict: { baseline } }) => (baseline === undefined ? [] : [{ key, baseline }])),
      reckoning.completes,
    )
    this.#count(reckoning.judged)
    if (output.write(this.#render(batch, reckoning.judged))) return
    await once(output, 'drain', { signal: AbortSignal.any([signal, this.#stopping.signal]) })
  }

  account(): Account {
    return this.#account.read(0)
  }

  async flush(): Promise<void> {}

  #count(judged: readonly Judged[]): void {
    this.#account.consumed(judged.length)
    for (const { verdict } of judged) {
      if (verdict.kind === 'send') this.#account.sent(1)
      else if (verdict.kind === 'absorbed') this.#account.absorbed(verdict.reason, 1)
      else this.#account.dropped(verdict.reason, 1)
    }
  }

  #render(batch: Batch, judged: readonly Judged[]): string {
    const { verbosity } = this.#settings.config
    if (verbosity === 'basic') return renderBatch(batch, judged)
    const lines = judged.map(({ verdict }) => {
      if (verdict.kind !== 'send') return ''
      return verbosity === 'normal' ? renderPoint(verdict.point) : renderDetails(batch, verdict.point)
    })
    return lines.join('')
  }
}
