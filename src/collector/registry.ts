import type { Consumer } from '../component/consumer.ts'
import type { Exporter } from '../component/exporter.ts'
import type { ComponentSettings, ExporterFactory, ReceiverFactory } from '../component/factory.ts'
import type { Receiver } from '../component/receiver.ts'
import { UnusableStoreError } from '../component/unusable-store-error.ts'
import { type Checked, checkConfig } from '../config/loading/check-config.ts'
import { ConfigError } from '../config/loading/config-error.ts'
import type { RawConfig } from '../config/loading/raw-config.ts'
import type { Signal } from '../pdata/signal.ts'
import type { Fault, Path } from '../yaml/fault.ts'
import { knownKeys } from '../yaml/schema-path.ts'
import type { Stores } from './stores.ts'

/** What a component of a checked configuration says of the pipelines that it is in. */
interface Configured {
  /** Why it can't be in a pipeline of that signal; `undefined` where it can. */
  refuses(signal: Signal): string | undefined
}

/** A receiver whose configuration has been checked. */
export interface ConfiguredReceiver extends Configured {
  make(settings: ComponentSettings, consumer: Consumer): Receiver
}

/** An exporter whose configuration has been checked. */
export interface ConfiguredExporter extends Configured {
  /** Valid configuration that is probably a mistake. */
  readonly warnings: readonly Fault[]
  /**
   * With its store, which is made at the first call and kept for the next.
   * @throws ConfigError where the store's configured place can't be used
   */
  make(settings: ComponentSettings, stores: Stores): Exporter
}

/** A kind of component, its configuration's type closed in. */
export interface Registered<Configured> {
  readonly type: string
  /** The keys that its configuration knows at a path below it. */
  knownKeys(path: Path): readonly string[]
  configure(raw: RawConfig, path: Path): Checked<Configured>
}

export interface Registry {
  readonly receivers: readonly Registered<ConfiguredReceiver>[]
  readonly exporters: readonly Registered<ConfiguredExporter>[]
}

export function receiver<Config>(factory: ReceiverFactory<Config>): Registered<ConfiguredReceiver> {
  return {
    type: factory.type,
    knownKeys: (path) => knownKeys(factory.config, path),
    configure: (raw, path) =>
      mapChecked(checkConfig(factory.config, raw, path), (config) => ({
        refuses: (signal) => factory.refuses?.(config, signal),
        make: (settings, consumer) => factory.create(config, settings, consumer),
      })),
  }
}

export function exporter<Config, Store>(factory: ExporterFactory<Config, Store>): Registered<ConfiguredExporter> {
  const known = new WeakSet<object>()
  const isOurs = (store: unknown): store is Store => typeof store === 'object' && store !== null && known.has(store)
  return {
    type: factory.type,
    knownKeys: (path) => knownKeys(factory.config, path),
    configure: (raw, path) =>
      mapChecked(checkConfig(factory.config, raw, path), (config) => ({
        refuses: (signal) => factory.refuses?.(config, signal),
        warnings: (factory.doubts?.(config) ?? []).map((doubt) => {
          const place = [...path, ...doubt.path]
          return { position: raw.position(place), path: place, message: doubt.message }
        }),
        make(settings, stores) {
          const store = stores.lend(settings.id, isOurs, () => {
            const made = placedAt(raw, path, () => factory.createStore(config, settings))
            if (typeof made === 'object' && made !== null) known.add(made)
            return made
          })
          return factory.create(config, settings, store)
        },
      })),
  }
}

/** Turns a store's place that can't be used into a fault of the configuration. */
function placedAt<T>(raw: RawConfig, prefix: Path, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof UnusableStoreError)) throw error
    const path = [...prefix, ...error.path]
    throw new ConfigError([{ position: raw.position(path), path, message: error.message }])
  }
}

function mapChecked<T, U>(checked: Checked<T>, map: (value: T) => U): Checked<U> {
  return checked.kind === 'ok' ? { kind: 'ok', value: map(checked.value) } : checked
}
