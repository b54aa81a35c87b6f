import { metricWarnings } from '../../../../generated/postgresql/config.ts'
import type { PostgresqlConfig } from './config.ts'
import { enabledMetrics } from './enabled.ts'

/** What metadata.yaml wants users to be told about metrics (`warnings`), as they have configured them. */
export function warningsOf(
  config: Pick<PostgresqlConfig, 'preset' | 'metrics'>,
  warnings: typeof metricWarnings = metricWarnings,
): string[] {
  const enabled = enabledMetrics(config)
  const configured: Readonly<Record<string, { readonly enabled?: boolean } | undefined>> = config.metrics
  return Object.entries(warnings).flatMap(([name, { ifEnabled, ifEnabledNotSet, ifConfigured }]) => {
    const isSet = configured[name]?.enabled !== undefined
    const told = [
      enabled.has(name) ? ifEnabled : undefined,
      enabled.has(name) && !isSet ? ifEnabledNotSet : undefined,
      isSet ? ifConfigured : undefined,
    ]
    return told.flatMap((text) => (text === undefined ? [] : [`The metric ${name}: ${text}`]))
  })
}
