import { type Config, configKeys } from '../../../generated/internal/config.ts'

/** The collector's own telemetry. */
export const internalConfig = configKeys

export type InternalConfig = Config
