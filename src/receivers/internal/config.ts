import { z } from 'zod'
import { duration } from '../../config/duration.ts'

/** The collector's own telemetry. */
export const internalConfig = z.strictObject({
  collection_interval: duration.prefault('60s').refine((ms) => ms > 0, { error: 'must be longer than 0' }),
  /** `service.instance.id`; by default host name and process id, which change with each start in a container. */
  instance: z.string().min(1).optional(),
})

export type InternalConfig = z.infer<typeof internalConfig>
