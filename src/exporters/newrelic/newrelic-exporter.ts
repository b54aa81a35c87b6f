import type { ExporterFactory } from '../../component/factory.ts'
import { makeExporter } from '../otlp/make-exporter.ts'
import type { DeliveryStore } from '../otlp/queue/delivery-store.ts'
import { openStore } from '../otlp/queue/open-store.ts'
import { type NewrelicConfig, newrelicConfig, newrelicDoubts, newrelicTarget } from './newrelic-config.ts'

/** New Relic's OTLP endpoint. */
export const newrelicExporter: ExporterFactory<NewrelicConfig, DeliveryStore> = {
  type: 'newrelic',
  config: newrelicConfig,
  doubts: newrelicDoubts,
  createStore: openStore,
  create: (config, settings, store) => makeExporter(newrelicTarget(config), settings, store),
}
