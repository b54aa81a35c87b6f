import { z } from 'zod'
import {
  intervalsConfig,
  limitsConfig,
  metricsConfig,
  resourceAttributesConfig,
} from '../../../generated/postgresql/config.ts'
import { duration, positiveDuration } from '../../config/duration.ts'
import { certificateFile, keyFile } from '../../config/pem-file.ts'
import { secret } from '../../config/secret.ts'
import { parseEndpoint } from './endpoint.ts'

const tls = z
  .strictObject({
    insecure: z.boolean().default(false),
    insecure_skip_verify: z.boolean().default(true),
    ca_file: certificateFile.optional(),
    cert_file: certificateFile.optional(),
    key_file: keyFile.optional(),
  })
  .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
    error: '`cert_file` and `key_file` go together: give both or none',
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
    instance: z.string().min(1).optional(),
    attribute_names: z.enum(['both', 'semconv', 'legacy']).default('both'),
    scope_name: z.string().min(1).optional(),
    intervals: intervalsConfig.default({}),
    limits: limitsConfig.default({}),
    metrics: metricsConfig.default({}),
    resource_attributes: resourceAttributesConfig.default({}),
  })
  .refine((config) => !config.databases.some((name) => config.exclude_databases.includes(name)), {
    path: ['exclude_databases'],
    error: 'names a database that `databases` asks for',
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
