import { z } from 'zod'
import { positiveDuration } from '../../../config/duration.ts'

const identifier = '[a-z_][a-z0-9_]{0,62}'

/** The name of the function that `otelephant sql explain-function` makes: two plain lower-case words. */
export const functionName = z
  .string()
  .regex(new RegExp(`^${identifier}\\.${identifier}$`), 'expected a schema and a name, such as otelephant.explain')

/** What a user may write under `plans`. Off by default: planning may run what a database's users wrote. */
export const plansConfig = z.strictObject({
  enabled: z.boolean().default(false),
  /** New plans asked for in one interval. */
  max_per_interval: z.int().min(1).max(100).default(10),
  /** How long a plan, or the reason why there is none, is taken as known. */
  cache_ttl: positiveDuration.prefault('1h'),
  /** Relations, partitions and indexes that a statement may reach together. */
  max_relations: z.int().min(1).max(1_000).default(200),
  /** For a role that may not read the tables. */
  function: functionName.optional(),
})

export type PlansConfig = z.output<typeof plansConfig>
