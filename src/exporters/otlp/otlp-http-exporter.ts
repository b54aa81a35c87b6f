import type { ExporterFactory } from '../../component/factory.ts'
import { makeExporter } from './make-exporter.ts'
import { MemoryStore } from './memory-store.ts'
import { type OtlpHttpConfig, otlpHttpConfig, otlpHttpTarget } from './otlp-http-config.ts'
import type { DeliveryStore } from './store.ts'

/** Any OTLP endpoint over HTTP. */
export const otlpHttpExporter: ExporterFactory<OtlpHttpConfig, DeliveryStore> = {
  type: 'otlp_http',
  config: otlpHttpConfig,
  createStore: (config) => new MemoryStore({ capacityBytes: config.sending_queue.max_size }),
  create: (config, settings, store) => makeExporter(otlpHttpTarget(config), settings, store),
}
