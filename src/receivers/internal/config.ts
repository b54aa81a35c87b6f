import { z } from 'zod'
import { duration } from '../../config/duration.ts'

/** The collector's own telemetry. */
export const internalConfig = z.strictObject({
  collection_interval: duration.prefault('60s').refine((ms) => ms > 0, { error: 'must be longer than 0' }),
})

export type InternalConfig = z.infer<typeof internalConfig>
