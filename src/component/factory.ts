import type { Meter } from '@opentelemetry/api'
import type { z } from 'zod'
import type { Signal } from '../pdata/signal.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Clock } from './clock.ts'
import type { Consumer } from './consumer.ts'
import type { Exporter } from './exporter.ts'
import type { Receiver } from './receiver.ts'

/** What every component is made with. */
export interface ComponentSettings {
  /** As configured: `postgresql/orders`. */
  readonly id: string
  readonly clock: Clock
  readonly logger: Logger
  /** For the component's own telemetry. */
  readonly meter: Meter
  /** The collector's version. */
  readonly version: string
  readonly hostName: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Valid configuration that is probably a mistake. */
export interface Doubt {
  /** The key, below the component's own. */
  readonly path: readonly string[]
  readonly message: string
}

/** A kind of receiver: its configuration and how to make one of it. Making does no work yet. */
export interface ReceiverFactory<Config> {
  readonly type: string
  readonly config: z.ZodType<Config>
  /** Why such a receiver can't be in a pipeline of that signal; `undefined` where it can. Missing: it can be in both. */
  refuses?(config: Config, signal: Signal): string | undefined
  create(config: Config, settings: ComponentSettings, consumer: Consumer): Receiver
}

/**
 * A kind of exporter. `Store` is what it keeps from one run to the next: the collector makes it and disposes of it after the
 * exporter's shutdown.
 */
export interface ExporterFactory<Config, Store> {
  readonly type: string
  readonly config: z.ZodType<Config>
  /** Why such an exporter can't be in a pipeline of that signal; `undefined` where it can. Missing: it can be in both. */
  refuses?(config: Config, signal: Signal): string | undefined
  /** Valid configuration that is probably a mistake; without secrets. */
  doubts?(config: Config): readonly Doubt[]
  /** @throws UnusableStoreError where the configured place can't be used */
  createStore(config: Config, settings: ComponentSettings): Store
  create(config: Config, settings: ComponentSettings, store: Store): Exporter
}
