import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { postgresqlConfig } from '../../../../src/receivers/postgresql/settings/config.ts'
import { connectionSettings, isUnverified } from '../../../../src/receivers/postgresql/settings/connection-settings.ts'
import { identity, identityIsFleeting } from '../../../../src/receivers/postgresql/settings/identity.ts'

type Input = Record<string, unknown>
const file = (name: string) => fileURLToPath(new URL(`../../../support/certificates/${name}`, import.meta.url))
const parse = (input: Input = {}) => postgresqlConfig.parse({ username: 'monitor', ...input })

function faults(input: Input): string[] {
  const { error } = postgresqlConfig.safeParse(input)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('the defaults are those of upstream but for the interval', () => {
  expect(parse()).toEqual({
    endpoint: 'localhost:5432',
    transport: 'tcp',
    username: 'monitor',
    connect_database: 'postgres',
    databases: [],
    exclude_databases: [],
    collection_interval: 30_000,
    initial_delay: 1_000,
    timeout: 0,
    attribute_names: 'both',
    events: {},
    intervals: {},
    limits: {},
    metrics: {},
    plans: { enabled: false, max_per_interval: 10, cache_ttl: 3_600_000, max_relations: 200 },
    resource_attributes: {},
    session_sampling: { enabled: true, interval: 1_000 },
    long_running: { transaction: 300_000, idle_in_transaction: 60_000, statement: 60_000 },
    query_sample_collection: { max_rows_per_query: 1_000 },
    allowed_comment_keys: ['nr_service_guid', 'traceparent'],
    preset: 'default',
    statements: { min_mean_ms: 100, max_statements: 100 },
    top_query_collection: { top_n_query: 200 },
    channel_binding: 'prefer',
    scram_max_iterations: 1_000_000,
  })
  expect(parse({ tls: {} }).tls).toEqual({})
})

test.each<[string, Input, string]>([
  ['no user', {}, 'username: missing username'],
  ['an empty user', { username: '' }, 'username: missing username'],
  [
    'an endpoint without a port',
    { username: 'monitor', endpoint: 'localhost' },
    "endpoint: 'endpoint' must be in the form <host>:<port> no matter what 'transport' is configured",
  ],
  [
    'an interval of zero',
    { username: 'monitor', collection_interval: '0s' },
    'collection_interval: requires positive value',
  ],
  ['a negative time-out', { username: 'monitor', timeout: '-1s' }, 'timeout: requires non-negative value'],
  [
    'a database both wanted and not',
    { username: 'monitor', databases: ['a', 'b'], exclude_databases: ['b'] },
    'exclude_databases: names a database that `databases` asks for',
  ],
  [
    'an interval of a query below that of all',
    { username: 'monitor', intervals: { table: '10s' } },
    'intervals.table: is shorter than `collection_interval`, which is how often anything runs; shorten that one too',
  ],
  ...(
    [
      ['scram-sha-256,!md5', 'mixes methods with and without a "!"'],
      ['scram', 'has an unknown method; they are password, md5, gss, sspi, scram-sha-256, oauth, none'],
      ['md5,', 'has an unknown method; they are password, md5, gss, sspi, scram-sha-256, oauth, none'],
      ['!md5,!md5', 'names md5 twice'],
      ['gss,sspi,oauth', 'allows no method that the collector has: password, md5, scram-sha-256, none'],
      [
        '!password,!md5,!scram-sha-256,!none',
        'allows no method that the collector has: password, md5, scram-sha-256, none',
      ],
    ] as const
  ).map(([require_auth, message]): [string, Input, string] => [
    `require_auth ${require_auth}`,
    { username: 'monitor', require_auth },
    `require_auth: ${message}`,
  ]),
  ...[{ transport: 'unix', endpoint: 'tmp:1' }, { tls: { insecure: true } }].map((input): [string, Input, string] => [
    `a channel to bind where there is no TLS, ${JSON.stringify(input)},`,
    { username: 'monitor', channel_binding: 'require', ...input },
    'channel_binding: `require` asks for TLS, which the connection goes without',
  ]),
  [
    'a channel to bind by a method that is left out',
    { username: 'monitor', channel_binding: 'require', require_auth: 'md5' },
    'channel_binding: `require` asks for SCRAM, which `require_auth` leaves out',
  ],
  [
    'a certificate without its key',
    { username: 'monitor', tls: { cert_file: file('server.crt') } },
    'tls: `cert_file` and `key_file` go together: give both or none',
  ],
])('%s is refused', (_, input, expected) => {
  expect(faults(input)).toEqual([expected])
})

test.each<[string, Input]>([
  ['an unknown key', { databse: [] }],
  ['an unknown metric', { metrics: { 'postgresql.comits': { enabled: true } } }],
  ['an unknown event', { events: { 'db.server.top_querys': { enabled: true } } }],
  ['an unknown query', { intervals: { tables: '5m' } }],
  ['a limit of nothing', { limits: { table: 0 } }],
  ['a transport there is not', { transport: 'udp' }],
  ['a channel binding there is not', { channel_binding: 'always' }],
  ['iterations without end', { scram_max_iterations: 10_000_001 }],
  ['a file that is no certificate', { tls: { ca_file: file('server.key') } }],
  ['a file that is not there', { tls: { ca_file: '/nowhere/ca.crt' } }],
])('%s is refused', (_, input) => {
  expect(faults({ username: 'monitor', ...input })).toHaveLength(1)
})

test('as many iterations of SCRAM are allowed as take some seconds', () => {
  expect(parse({ scram_max_iterations: 10_000_000 }).scram_max_iterations).toBe(10_000_000)
})

describe('encryption', () => {
  const ssl = (input: Input) => connectionSettings(parse(input)).ssl

  test('without a key `tls` is on and unverified, but on loopback and unix sockets', () => {
    expect(ssl({ endpoint: 'db.example.com:5432' })).toEqual({ rejectUnauthorized: false })
    for (const endpoint of ['localhost:5432', '127.0.0.1:5432', '[::1]:5432']) expect(ssl({ endpoint })).toBeUndefined()
    expect(ssl({ endpoint: 'var/run/postgresql:5432', transport: 'unix', tls: {} })).toBeUndefined()
    expect(isUnverified(parse({ endpoint: 'db.example.com:5432' }))).toBe(true)
    expect(isUnverified(parse({ endpoint: 'localhost:5432' }))).toBe(false)
  })

  test('with it, is what it says', () => {
    const endpoint = 'db.example.com:5432'
    expect(ssl({ endpoint, tls: { insecure: true } })).toBeUndefined()
    expect(ssl({ endpoint: 'localhost:5432', tls: {} })).toEqual({ rejectUnauthorized: false })
    const verified = { insecure_skip_verify: false, ca_file: file('ca.crt') }
    const ca = readFileSync(file('ca.crt'), 'utf8')
    expect(ssl({ endpoint, tls: verified })).toEqual({ rejectUnauthorized: true, ca })
    expect(isUnverified(parse({ endpoint, tls: verified }))).toBe(false)
    const client = { cert_file: file('server.crt'), key_file: file('server.key') }
    expect(ssl({ endpoint, tls: client })).toMatchObject({ cert: expect.any(String), key: expect.any(String) })
  })
})

describe('what a server may ask for', () => {
  const policy = (input: Input) => connectionSettings(parse(input)).authentication
  const endpoint = 'db.example.com:5432'

  test.each([
    [undefined, ['gss', 'md5', 'none', 'oauth', 'password', 'scram-sha-256', 'sspi']],
    ['', ['gss', 'md5', 'none', 'oauth', 'password', 'scram-sha-256', 'sspi']],
    ['scram-sha-256', ['scram-sha-256']],
    ['md5,none,gss', ['gss', 'md5', 'none']],
    ['!none,!password', ['gss', 'md5', 'oauth', 'scram-sha-256', 'sspi']],
  ])('require_auth %j allows %j', (require_auth, expected) => {
    expect([...policy(require_auth === undefined ? {} : { require_auth }).methods].sort()).toEqual(expected)
  })

  test('is a password in cleartext on this host, or where the user has written that no certificate counts', () => {
    const cleartext = (input: Input) => policy(input).cleartext
    expect(cleartext({ endpoint: 'var/run/postgresql:5432', transport: 'unix' })).toBe('local')
    for (const name of ['localhost', '127.0.0.2', '[::1]'])
      expect(cleartext({ endpoint: `${name}:5432` })).toBe('local')
    expect(cleartext({ endpoint })).toBe('refused')
    expect(cleartext({ endpoint, tls: {} })).toBe('refused')
    expect(cleartext({ endpoint, tls: { insecure: false, ca_file: file('ca.crt') } })).toBe('refused')
    expect(cleartext({ endpoint, tls: { insecure: true } })).toBe('accepted')
    expect(cleartext({ endpoint, tls: { insecure_skip_verify: true } })).toBe('accepted')
  })

  test('is bound to TLS, which loopback then has too', () => {
    expect(connectionSettings(parse({ channel_binding: 'require' })).ssl).toEqual({ rejectUnauthorized: false })
    expect(policy({ channel_binding: 'require' }).channelBinding).toBe('require')
    expect(connectionSettings(parse({ scram_max_iterations: 5_000 })).scramMaxIterations).toBe(5_000)
  })
})

describe('where a server is', () => {
  test.each<[Input, string, number]>([
    [{ endpoint: 'db.example.com:6432' }, 'db.example.com', 6432],
    [{ endpoint: '[2001:db8::7]:5432' }, '2001:db8::7', 5432],
    [{ endpoint: 'var/run/postgresql:5433', transport: 'unix' }, '/var/run/postgresql', 5433],
    [{ endpoint: '/tmp:5433', transport: 'unix' }, '/tmp', 5433],
  ])('%j', (input, host, port) => {
    expect(connectionSettings(parse(input))).toMatchObject({ host, port, password: undefined })
  })
})

describe('who a server is', () => {
  test.each<[Input, string, string]>([
    [{ endpoint: 'db.example.com:5432' }, 'db.example.com:5432', 'db.example.com'],
    [{ endpoint: 'localhost:5433' }, 'collector-1:5433', 'collector-1'],
    [{ endpoint: '127.0.0.9:5433' }, 'collector-1:5433', 'collector-1'],
    [{ endpoint: '[::1]:5433' }, 'collector-1:5433', 'collector-1'],
    [{ endpoint: '[2001:db8::7]:5432' }, '[2001:db8::7]:5432', '2001:db8::7'],
    [
      { endpoint: 'var/run/postgresql:5433', transport: 'unix' },
      'collector-1:5433',
      '/var/run/postgresql/.s.PGSQL.5433',
    ],
    [{ endpoint: 'localhost:5433', instance: 'orders' }, 'orders', 'collector-1'],
  ])('%j', (input, instance, address) => {
    expect(identity(parse(input), 'collector-1')).toMatchObject({
      'service.instance.id': instance,
      'server.address': address,
    })
  })

  test('is fleeting where it hangs on the name of a container, unless it is given', () => {
    const container = (path: string): boolean => path === '/.dockerenv'
    const fleeting = (input: Input, env = {}, exists = container) => identityIsFleeting(parse(input), env, exists)
    expect(fleeting({})).toBe(true)
    expect(fleeting({ endpoint: 'tmp:5432', transport: 'unix' })).toBe(true)
    expect(fleeting({}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, () => false)).toBe(true)
    expect(fleeting({}, {}, () => false)).toBe(false)
    expect(fleeting({ endpoint: 'db.example.com:5432' })).toBe(false)
    expect(fleeting({ instance: 'orders' })).toBe(false)
    const override = { 'service.instance.id': { override_value: 'orders' } }
    expect(fleeting({ resource_attributes: override })).toBe(false)
  })
})
