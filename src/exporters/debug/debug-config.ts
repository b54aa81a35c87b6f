import { z } from 'zod'

/** The `debug` exporter: prints what would be sent. */
export const debugConfig = z.strictObject({
  verbosity: z
    .enum(['basic', 'normal', 'detailed'])
    .default('normal')
    .describe('A line per batch, a line per point or log record, or that with the resource and the times.'),
  temporality: z
    .enum(['cumulative', 'delta'])
    .default('cumulative')
    .describe('Counters as the server counts them, or what was added since the previous scrape.'),
})

export type DebugConfig = z.infer<typeof debugConfig>
