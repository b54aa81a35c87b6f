import { type Config, configKeys } from '../../../generated/debug/config.ts'

/** The `debug` exporter: prints what would be sent. */
export const debugConfig = configKeys

export type DebugConfig = Config
