import type { ComponentSettings } from '../../component/factory.ts'
import { exporterTelemetry } from './account/exporter-telemetry.ts'
import { observeQueue } from './account/observe-queue.ts'
import { OtlpExporter } from './exporter.ts'
import type { OtlpTarget } from './exporter-settings.ts'
import type { DeliveryStore } from './queue/delivery-store.ts'

/** An exporter to this target, as a component of the collector. */
export function makeExporter(target: OtlpTarget, settings: ComponentSettings, store: DeliveryStore): OtlpExporter {
  const { id, clock, logger, meter, version } = settings
  return new OtlpExporter({
    target,
    store,
    clock,
    version,
    logger: logger.child({ exporter: id }),
    telemetry: { metrics: exporterTelemetry(meter, id, 'metrics'), logs: exporterTelemetry(meter, id, 'logs') },
    observeQueue: (read) => observeQueue(meter, id, read),
  })
}
