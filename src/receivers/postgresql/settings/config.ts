import type { z } from 'zod'
import { type Config, configKeys } from '../../../../generated/postgresql/config.ts'

/** What a user may write under `receivers: {postgresql: ...}`: the keys of metadata.yaml, and what holds between them. */
export const postgresqlConfig = configKeys
  .superRefine(excludesNoWanted)
  .superRefine(bindsAnExistingChannel)
  .superRefine(runsNothingBetweenScrapes)

export type PostgresqlConfig = Config

function excludesNoWanted({ databases, exclude_databases }: Config, context: z.RefinementCtx): void {
  if (!databases.some((name) => exclude_databases.includes(name))) return
  const message = 'names a database that `databases` asks for'
  context.addIssue({ code: 'custom', path: ['exclude_databases'], message })
}

function bindsAnExistingChannel(
  { channel_binding, require_auth, transport, tls }: Config,
  context: z.RefinementCtx,
): void {
  if (channel_binding !== 'require') return
  const fault = (message: string) => context.addIssue({ code: 'custom', path: ['channel_binding'], message })
  if (transport === 'unix' || tls?.insecure === true) fault('`require` asks for TLS, which the connection goes without')
  if (require_auth?.has('scram-sha-256') === false) fault('`require` asks for SCRAM, which `require_auth` leaves out')
}

function runsNothingBetweenScrapes({ collection_interval, intervals }: Config, context: z.RefinementCtx): void {
  const message = 'is shorter than `collection_interval`, which is how often anything runs; shorten that one too'
  for (const [name, ms] of Object.entries(intervals)) {
    if (ms !== undefined && ms < collection_interval)
      context.addIssue({ code: 'custom', path: ['intervals', name], message })
  }
}
