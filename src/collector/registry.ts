import type { Consumer } from '../component/consumer.ts'
import type { Exporter } from '../component/exporter.ts'
import type { ComponentSettings, ExporterFactory, ReceiverFactory } from '../component/factory.ts'
import type { Receiver } from '../component/receiver.ts'
import { type Checked, checkConfig } from '../config/check-config.ts'
import type { RawConfig } from '../config/raw-config.ts'
import type { Path } from '../yaml/fault.ts'

/** A receiver whose configuration has been checked. */
export type ConfiguredReceiver = (settings: ComponentSettings, consumer: Consumer) => Receiver

/** An exporter whose configuration has been checked, with its store: made at the first call, kept for the next. */
export type ConfiguredExporter = (settings: ComponentSettings, stores: Map<string, unknown>) => Exporter

/** A kind of component, its configuration's type closed in. */
export interface Registered<Configured> {
  readonly type: string
  configure(raw: RawConfig, path: Path): Checked<Configured>
}

export interface Registry {
  readonly receivers: readonly Registered<ConfiguredReceiver>[]
  readonly exporters: readonly Registered<ConfiguredExporter>[]
}

export function receiver<Config>(factory: ReceiverFactory<Config>): Registered<ConfiguredReceiver> {
  return {
    type: factory.type,
    configure: (raw, path) =>
      mapChecked(checkConfig(factory.config, raw, path), (config): ConfiguredReceiver => {
        return (settings, consumer) => factory.create(config, settings, consumer)
      }),
  }
}

export function exporter<Config, Store>(factory: ExporterFactory<Config, Store>): Registered<ConfiguredExporter> {
  const known = new WeakSet<object>()
  const isOurs = (store: unknown): store is Store => typeof store === 'object' && store !== null && known.has(store)
  return {
    type: factory.type,
    configure: (raw, path) =>
      mapChecked(checkConfig(factory.config, raw, path), (config): ConfiguredExporter => {
        return (settings, stores) => {
          const kept = stores.get(settings.id)
          const store = isOurs(kept) ? kept : factory.createStore(config)
          if (typeof store === 'object' && store !== null) known.add(store)
          stores.set(settings.id, store)
          return factory.create(config, settings, store)
        }
      }),
  }
}

function mapChecked<T, U>(checked: Checked<T>, map: (value: T) => U): Checked<U> {
  return checked.kind === 'ok' ? { kind: 'ok', value: map(checked.value) } : checked
}
