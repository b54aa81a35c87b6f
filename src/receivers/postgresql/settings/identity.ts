import type { ResourceValues } from '../../../../generated/postgresql/resource.ts'
import { isLoopback } from '../../../config/database-url/loopback.ts'
import { parseHostPort } from '../../../config/host-port.ts'
import type { PostgresqlConfig } from './config.ts'

/**
 * What names the server: service.instance.id = host:port, which New Relic's entity hangs on. A loopback host
 * means another machine elsewhere, so this host's name takes its place.
 */
export function identity(config: PostgresqlConfig, hostName: string): ResourceValues {
  const { host, port } = parseHostPort(config.endpoint) ?? { host: 'unknown', port: 5432 }
  const local = config.transport === 'unix' || isLoopback(host)
  const name = local ? hostName : host
  const address = config.transport === 'unix' ? `/${host.replace(/^\//, '')}/.s.PGSQL.${port}` : name
  return {
    'server.address': address,
    'server.port': port,
    'service.instance.id': config.instance ?? `${name.includes(':') ? `[${name}]` : name}:${port}`,
  }
}

/** Whether the identity would change with each new container: made of a host name that is the container's. */
export function identityIsFleeting(
  config: PostgresqlConfig,
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean,
): boolean {
  const { host } = parseHostPort(config.endpoint) ?? { host: '' }
  const local = config.transport === 'unix' || isLoopback(host)
  const contained =
    env['KUBERNETES_SERVICE_HOST'] !== undefined || exists('/.dockerenv') || exists('/run/.containerenv')
  const named = config.instance ?? config.resource_attributes['service.instance.id']?.override_value
  return local && contained && named === undefined
}
