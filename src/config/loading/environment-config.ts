import type { Fault, Path } from '../../yaml/fault.ts'
import { readDatabaseUrl } from '../database-url/database-url.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigNode, valueNode } from './config-node.ts'
import { type RawConfig, rawConfig } from './raw-config.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface FoundConfig {
  readonly node: ConfigNode
  readonly faults: readonly Fault[]
  readonly notes: readonly string[]
}

/**
 * The configuration that the environment gives where there is no file: DATABASE_URL (and PG*), and
 * NEW_RELIC_LICENSE_KEY or NEW_RELIC_API_KEY.
 * @throws ConfigError when something is missing or wrong
 */
export function environmentConfig(env: Environment): RawConfig {
  const { node, faults, notes } = environmentNode(env)
  if (faults.length > 0) throw new ConfigError(faults)
  return rawConfig(node, notes)
}

/** The same as nodes, so that more can be merged over it. */
export function environmentNode(env: Environment): FoundConfig {
  const databaseUrl = env['DATABASE_URL'] ?? ''
  const [keyVariable, apiKey] = licenseKey(env)
  const database =
    databaseUrl === ''
      ? {
          config: {},
          faults: [missing('DATABASE_URL', 'DATABASE_URL=postgresql://user:password@host:5432/database')],
          notes: [],
        }
      : readDatabaseUrl(databaseUrl, env)
  const joined = { receivers: ['postgresql'], exporters: ['newrelic'] }
  const value = {
    receivers: { postgresql: database.config },
    exporters: { newrelic: { api_key: apiKey } },
    service: { pipelines: { metrics: joined, logs: joined } },
  }
  const position = (path: Path) => ({
    file: path[0] === 'exporters' ? keyVariable : 'DATABASE_URL',
    line: 0,
    column: 0,
  })
  const node = valueNode(value, { position, keyPosition: position, hidden: false })
  const faults = [...database.faults]
  if (apiKey === '') faults.push(missing('NEW_RELIC_LICENSE_KEY', 'NEW_RELIC_LICENSE_KEY (or NEW_RELIC_API_KEY)'))
  return { node: hideLeaves(node), faults, notes: database.notes }
}

function licenseKey(env: Environment): readonly [variable: string, key: string] {
  for (const variable of ['NEW_RELIC_LICENSE_KEY', 'NEW_RELIC_API_KEY']) {
    const key = env[variable] ?? ''
    if (key !== '') return [variable, key]
  }
  return ['NEW_RELIC_LICENSE_KEY', '']
}

function missing(variable: string, what: string): Fault {
  const message = `is not set; set ${what}, or pass a configuration file with --config`
  return { position: { file: variable, line: 0, column: 0 }, path: [], message }
}

/** The keys are ours and may be named; the values are the environment's. */
function hideLeaves(node: ConfigNode): ConfigNode {
  if (node.kind !== 'map') return { ...node, hidden: true }
  return { ...node, entries: new Map([...node.entries].map(([key, child]) => [key, hideLeaves(child)])) }
}
