import type { ExporterFactory } from '../../component/factory.ts'
import { makeExporter } from '../otlp/make-exporter.ts'
import { openStore } from '../otlp/open-store.ts'
import type { DeliveryStore } from '../otlp/store.ts'
import { type NewrelicConfig, newrelicConfig, newrelicDoubts, newrelicTarget } from './newrelic-config.ts'

/** New Relic's OTLP endpoint. */
export const newrelicExporter: ExporterFactory<NewrelicConfig, DeliveryStore> = {
  type: 'newrelic',
  config: newrelicConfig,
  doubts: newrelicDoubts,
  createStore: openStore,
  create: (config, settings, store) => makeExporter(newrelicTarget(config), settings, store),
}
