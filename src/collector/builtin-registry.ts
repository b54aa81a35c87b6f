import type { Writable } from 'node:stream'
import type { ExporterFactory, ReceiverFactory } from '../component/factory.ts'
import { type DebugConfig, debugConfig } from '../exporters/debug/debug-config.ts'
import { DebugExporter } from '../exporters/debug/debug-exporter.ts'
import { newrelicExporter } from '../exporters/newrelic/newrelic-exporter.ts'
import { otlpHttpExporter } from '../exporters/otlp/otlp-http-exporter.ts'
import { type InternalConfig, internalConfig } from '../receivers/internal/config.ts'
import type { OwnTelemetry } from '../receivers/internal/own-telemetry.ts'
import { internalReceiver } from '../receivers/internal/receiver.ts'
import { postgresqlReceiver } from '../receivers/postgresql/receiver.ts'
import { scraperTelemetry } from '../scraper/scraper-telemetry.ts'
import { exporter, type Registry, receiver } from './registry.ts'

/** The kinds of component that a configuration can name. */
export function builtinRegistry(ownTelemetry: OwnTelemetry, output: Writable): Registry {
  return {
    receivers: [receiver(postgresqlReceiver), receiver(internal(ownTelemetry))],
    exporters: [exporter(newrelicExporter), exporter(otlpHttpExporter), exporter(debug(output))],
  }
}

function internal(ownTelemetry: OwnTelemetry): ReceiverFactory<InternalConfig> {
  return {
    type: 'internal',
    config: internalConfig,
    refuses: (_config, signal) => (signal === 'logs' ? 'the collector sends its own telemetry as metrics' : undefined),
    create: (config, settings, consumer) =>
      internalReceiver({
        id: settings.id,
        config,
        ownTelemetry,
        version: settings.version,
        hostName: settings.hostName,
        consumer,
        clock: settings.clock,
        logger: settings.logger,
        telemetry: scraperTelemetry(settings.meter, settings.id),
      }),
  }
}

function debug(output: Writable): ExporterFactory<DebugConfig, undefined> {
  return {
    type: 'debug',
    config: debugConfig,
    createStore: () => undefined,
    create: (config) => new DebugExporter({ config, output }),
  }
}
