import type { ExporterFactory } from '../../component/factory.ts'
import { makeExporter } from './make-exporter.ts'
import { type OtlpHttpConfig, otlpHttpConfig, otlpHttpTarget, otlpHttpUrls } from './otlp-http-config.ts'
import type { DeliveryStore } from './queue/delivery-store.ts'
import { openStore } from './queue/open-store.ts'

/** Any OTLP endpoint over HTTP. */
export const otlpHttpExporter: ExporterFactory<OtlpHttpConfig, DeliveryStore> = {
  type: 'otlp_http',
  config: otlpHttpConfig,
  refuses: (config, signal) =>
    otlpHttpUrls(config)[signal] === undefined ? `it needs endpoint or ${signal}_endpoint` : undefined,
  createStore: openStore,
  create: (config, settings, store) => makeExporter(otlpHttpTarget(config), settings, store),
}
