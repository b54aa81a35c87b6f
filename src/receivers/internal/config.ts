import { z } from 'zod'
import { positiveDuration } from '../../config/duration.ts'

/** The collector's own telemetry. */
export const internalConfig = z.strictObject({
  collection_interval: positiveDuration.prefault('60s'),
  /** `service.instance.id`; by default host name and process id, which change with each start in a container. */
  instance: z.string().min(1).optional(),
})

export type InternalConfig = z.infer<typeof internalConfig>
