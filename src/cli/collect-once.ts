import { Collector, type CollectorSettings } from '../collector/collector.ts'
import type { Graph } from '../collector/graph.ts'
import { Stores } from '../collector/stores.ts'
import type { Account } from '../component/exporter.ts'
import type { Missing } from '../component/receiver.ts'
import type { Logger } from '../telemetry/logger.ts'
import { exitCode } from './io.ts'
import { Patience } from './patience.ts'
import { reasonsOf } from './reasons.ts'

/** `otelephant run --once`: the last line of the log says whether all of it worked. */
export async function collectOnce(graph: Graph, settings: CollectorSettings, stop: AbortSignal) {
  const { logger } = settings
  using patience = new Patience(settings.clock)
  await using stores = new Stores()
  await using collector = new Collector(graph, { ...settings, onStatus: patience.heed }, stores)
  await collector.startExporters()
  const { failures, missing } = await collector.collectTwice(AbortSignal.any([stop, patience.signal]))
  // Shut down before the outcome is logged: what a queue in memory still holds is tried once more, and dropped then.
  await collector.shutdown()
  const accounts = [...collector.accounts()]
  for (const [id, account] of accounts) sayAccount(id, account, logger)
  const undelivered = accounts.flatMap(([id, account]) => undeliveredOf(id, account))
  return conclude([...reasonsOf(new AggregateError(failures)), ...undelivered], missing, logger)
}

function sayAccount(exporter: string, account: Account, logger: Logger): void {
  const fields = { exporter, ...account }
  if (lostOf(account) > 0) logger.error('Points were lost.', fields)
  else if (account.queued > 0) logger.warn('Not everything was delivered; the rest is kept.', fields)
  else logger.info('Delivered.', fields)
}

function undeliveredOf(exporter: string, account: Account): string[] {
  const lost = lostOf(account)
  return [
    ...(lost > 0 ? [`exporters/${exporter}: ${counted(lost)} lost`] : []),
    ...(account.queued > 0 ? [`exporters/${exporter}: ${counted(account.queued)} kept for the next run`] : []),
  ]
}

function counted(points: number): string {
  return points === 1 ? '1 point is' : `${points} points are`
}

function lostOf({ dropped }: Account): number {
  return Object.values(dropped).reduce((sum, points) => sum + points, 0)
}

function conclude(reasons: readonly string[], missing: readonly Missing[], logger: Logger): number {
  const lacking = missing.length > 0 ? { not_collected: missing.map(describe) } : {}
  if (reasons.length > 0) logger.error('Not everything was collected and delivered.', { reasons, ...lacking })
  else if (missing.length > 0) logger.warn('All that could be collected was delivered; not all could be.', lacking)
  else logger.info('Everything was collected and delivered.')
  return reasons.length > 0 ? exitCode.failed : exitCode.ok
}

function describe({ reason, metrics }: Missing): string {
  if (metrics.length === 0) return reason
  const what = metrics.length === 1 ? metrics[0] : `${metrics.length} metrics`
  return `${what}: ${reason}`
}
