import { metricWarnings } from '../../../../generated/postgresql/config.ts'
import type { PostgresqlConfig } from './config.ts'
import { enabledMetrics } from './enabled.ts'

/** The `warnings` of metadata.yaml about metrics, as they are configured. */
export function warningsOf(
  config: Pick<PostgresqlConfig, 'preset' | 'metrics'>,
  warnings: typeof metricWarnings = metricWarnings,
): string[] {
  const enabled = enabledMetrics(config)
  const configured: Readonly<Record<string, { readonly enabled?: boolean } | undefined>> = config.metrics
  return Object.entries(warnings).flatMap(([name, { ifEnabled, ifEnabledNotSet, ifConfigured }]) => {
    const isSet = configured[name]?.enabled !== undefined
    const warnings = [
      enabled.has(name) ? ifEnabled : undefined,
      enabled.has(name) && !isSet ? ifEnabledNotSet : undefined,
      isSet ? ifConfigured : undefined,
    ]
    return warnings.flatMap((text) => (text === undefined ? [] : [`The metric ${name}: ${text}`]))
  })
}
