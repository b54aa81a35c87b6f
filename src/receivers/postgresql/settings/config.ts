import { z } from 'zod'
import {
  eventsConfig,
  intervalsConfig,
  limitsConfig,
  metricsConfig,
  resourceAttributesConfig,
} from '../../../../generated/postgresql/config.ts'
import { certificateFile, keyFile } from '../../../config/database-url/pem-file.ts'
import { duration, positiveDuration } from '../../../config/duration.ts'
import { secret } from '../../../config/secret.ts'
import { parseEndpoint } from './endpoint.ts'
import { plansConfig } from './explain-config.ts'
import { readRequireAuth } from './require-auth.ts'

const tls = z
  .strictObject({
    // Not given, they mean false and true; given, the user has said what is accepted.
    insecure: z.boolean().optional(),
    insecure_skip_verify: z.boolean().optional(),
    ca_file: certificateFile.optional(),
    cert_file: certificateFile.optional(),
    key_file: keyFile.optional(),
  })
  .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
    error: '`cert_file` and `key_file` go together: give both or none',
  })

/** libpq's grammar; what it allows. */
const requireAuth = z.string().transform((text, context) => {
  const read = readRequireAuth(text)
  if (read.kind === 'ok') return read.methods
  context.addIssue({ code: 'custom', message: read.message })
  return z.NEVER
})

const sessionSampling = z.strictObject({
  enabled: z.boolean().default(true),
  interval: positiveDuration.prefault('1s'),
})

const longRunning = z.strictObject({
  transaction: duration.prefault('5m'),
  idle_in_transaction: duration.prefault('1m'),
  statement: duration.prefault('1m'),
})

const querySampleCollection = z.strictObject({ max_rows_per_query: z.int().min(1).default(1_000) })

/** What counts as slow for `db.query.duration` and `db.query.count`. */
const statements = z.strictObject({
  min_mean_ms: z.number().min(0).default(100),
  max_statements: z.int().min(1).max(1_000).default(100),
})

/** Upstream's keys, as far as they mean something here. */
const topQueryCollection = z.strictObject({
  top_n_query: z.int().min(1).max(1_000).default(200),
})

/** What a user may write under `receivers: {postgresql: ...}`; keys, defaults and texts follow upstream's receiver. */
export const postgresqlConfig = z
  .strictObject({
    endpoint: z
      .string()
      .default('localhost:5432')
      .refine((text) => parseEndpoint(text) !== undefined, {
        error: "'endpoint' must be in the form <host>:<port> no matter what 'transport' is configured",
      }),
    transport: z.enum(['tcp', 'unix']).default('tcp'),
    username: z
      .string({ error: (issue) => (issue.input === undefined ? 'missing username' : undefined) })
      .min(1, 'missing username'),
    password: secret.optional(),
    connect_database: z.string().min(1).default('postgres'),
    databases: z.array(z.string()).default([]),
    exclude_databases: z.array(z.string()).default([]),
    collection_interval: positiveDuration.prefault('30s'),
    initial_delay: duration.prefault('1s'),
    timeout: duration.prefault('0s'),
    tls: tls.optional(),
    channel_binding: z.enum(['disable', 'prefer', 'require']).default('prefer'),
    require_auth: requireAuth.optional(),
    scram_max_iterations: z.int().min(4_096).max(10_000_000).default(1_000_000),
    instance: z.string().min(1).optional(),
    preset: z.enum(['default', 'simple']).default('default'),
    statements: statements.prefault({}),
    allowed_comment_keys: z.array(z.string().min(1)).default(['nr_service_guid', 'traceparent']),
    top_query_collection: topQueryCollection.prefault({}),
    plans: plansConfig.prefault({}),
    attribute_names: z.enum(['both', 'semconv', 'legacy']).default('both'),
    scope_name: z.string().min(1).optional(),
    events: eventsConfig.default({}),
    intervals: intervalsConfig.default({}),
    limits: limitsConfig.default({}),
    metrics: metricsConfig.default({}),
    resource_attributes: resourceAttributesConfig.default({}),
    session_sampling: sessionSampling.prefault({}),
    long_running: longRunning.prefault({}),
    query_sample_collection: querySampleCollection.prefault({}),
  })
  .refine((config) => !config.databases.some((name) => config.exclude_databases.includes(name)), {
    path: ['exclude_databases'],
    error: 'names a database that `databases` asks for',
  })
  .superRefine(({ channel_binding, require_auth, transport, tls }, context) => {
    if (channel_binding !== 'require') return
    const fault = (message: string) => context.addIssue({ code: 'custom', path: ['channel_binding'], message })
    if (transport === 'unix' || tls?.insecure === true)
      fault('`require` asks for TLS, which the connection goes without')
    if (require_auth?.has('scram-sha-256') === false) fault('`require` asks for SCRAM, which `require_auth` leaves out')
  })
  .superRefine((config, context) => {
    for (const [name, ms] of Object.entries(config.intervals)) {
      if (ms !== undefined && ms < config.collection_interval) {
        context.addIssue({
          code: 'custom',
          path: ['intervals', name],
          message: 'is shorter than `collection_interval`, which is how often anything runs; shorten that one too',
        })
      }
    }
  })

export type PostgresqlConfig = z.output<typeof postgresqlConfig>
