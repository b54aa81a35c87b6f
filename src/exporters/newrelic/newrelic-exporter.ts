import type { ExporterFactory } from '../../component/factory.ts'
import { makeExporter } from '../otlp/make-exporter.ts'
import { MemoryStore } from '../otlp/memory-store.ts'
import type { DeliveryStore } from '../otlp/store.ts'
import { type NewrelicConfig, newrelicConfig, newrelicTarget } from './newrelic-config.ts'

/** New Relic's OTLP endpoint. */
export const newrelicExporter: ExporterFactory<NewrelicConfig, DeliveryStore> = {
  type: 'newrelic',
  config: newrelicConfig,
  createStore: (config) => new MemoryStore({ capacityBytes: config.sending_queue.max_size }),
  create: (config, settings, store) => makeExporter(newrelicTarget(config), settings, store),
}
