import type { ComponentSettings } from '../../component/factory.ts'
import { OtlpExporter } from './exporter.ts'
import type { OtlpTarget } from './exporter-settings.ts'
import { exporterTelemetry } from './exporter-telemetry.ts'
import { observeQueue } from './observe-queue.ts'
import type { DeliveryStore } from './store.ts'

/** An exporter to this target, as a component of the collector. */
export function makeExporter(target: OtlpTarget, settings: ComponentSettings, store: DeliveryStore): OtlpExporter {
  const { id, clock, logger, meter, version } = settings
  return new OtlpExporter({
    ...{ target, store, clock, version },
    logger: logger.child({ exporter: id }),
    telemetry: { metrics: exporterTelemetry(meter, id, 'metrics'), logs: exporterTelemetry(meter, id, 'logs') },
    observeQueue: (read) => observeQueue(meter, id, read),
  })
}
