import type { Writable } from 'node:stream'
import type { Collector } from '../collector/collector.ts'
import { openDataFolder, rememberSockets } from './data-folder.ts'
import { demoConfig, demoKey } from './demo-config.ts'
import { startCluster } from './embedded-postgres.ts'
import { startEndpoint } from './endpoint/endpoint.ts'
import type { Received } from './endpoint/received.ts'
import { describeEvent, renderQueries } from './queries-view.ts'
import { renderSummary, type Summary, summarize } from './summary.ts'
import { renderTable } from './table.ts'
import { startWorkload } from './workload.ts'

export interface DemoSettings {
  /** Until two scrapes have been delivered; otherwise until stopped. */
  readonly once: boolean
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  /** A folder that keeps the server's data, the collector's queue and what has arrived, for the next demo. */
  readonly data: string | undefined
  /** Nothing but the summary is printed. */
  readonly quiet: boolean
  /** Makes the collector of a configuration's text, as a user's would be. */
  readonly collector: (yaml: string) => Promise<Collector>
  readonly stop: AbortSignal
}

const major = 18
/** So many points are kept to be shown and compared; totals are kept of all. */
const keepPoints = 200_000
const refreshMs = 1_000

/**
 * Watches an embedded PostgreSQL under load, ships to a stand-in for New Relic, and shows what arrives. Leaves nothing
 * behind, no process and no file, but for the data folder if one is given.
 * @throws StartError without a server, an AggregateError of what `once` couldn't collect or deliver, and what `stop` was
 * aborted with where that was before anything was shown
 */
export async function runDemo(settings: DemoSettings): Promise<Summary> {
  const { output, once, quiet, stop } = settings
  const tell = (line: string) => void (quiet || output.write(`${line}\n`))
  const folder = settings.data === undefined ? undefined : await openDataFolder(settings.data)
  await using cluster = await startCluster({
    major,
    ...(folder === undefined ? {} : { dataDirectory: folder.postgresql, port: folder.port }),
  })
  stop.throwIfAborted()
  if (settings.data !== undefined) await rememberSockets(settings.data, cluster.socketDirectory)
  tell(`PostgreSQL ${major} on ${cluster.host}:${cluster.port}`)
  await using endpoint = await startEndpoint({
    apiKey: demoKey,
    keepPoints,
    ...(folder === undefined ? {} : { journal: folder.journal }),
  })
  const before = endpoint.received.requests().length
  if (before > 0) tell(`${before} requests of earlier demos are in ${settings.data}`)
  tell(`A stand-in for New Relic's endpoint on ${endpoint.url}`)
  await using _workload = await startWorkload(cluster, stop)
  stop.throwIfAborted()
  tell('A small workload in the database shop')
  await using collector = await settings.collector(demoConfig(cluster, endpoint.url, folder?.queue))
  if (once) {
    tell('Two scrapes, one interval apart ...')
    await collector.startExporters()
    const { failures } = await collector.collectTwice(stop)
    if (failures.length > 0) throw new AggregateError(failures, 'not everything was collected and delivered')
  } else {
    await collector.start()
    await show(endpoint.received, settings)
    await collector.shutdown()
  }
  const account = [...collector.accounts().values()][0]
  if (account === undefined) throw new Error('the demo has no exporter')
  const summary = summarize(endpoint.received, account, before)
  if (!quiet) output.write(renderSummary(summary))
  return summary
}

/** Shows what arrives until stopped: a live table on a terminal, a line a request elsewhere. */
async function show(received: Received, { output, stop }: DemoSettings): Promise<void> {
  let shown = 0
  let told = 0
  const lines = () => {
    for (const { path, at, status, points, logs, wireBytes, encoding } of received.requests().slice(shown)) {
      const time = new Date(at).toISOString()
      const items = path === '/v1/logs' ? `${logs} log records` : `${points} points`
      output.write(`${time} ${status} ${items}, ${wireBytes} bytes ${encoding}\n`)
    }
    shown = received.requests().length
    for (const event of received.logs().slice(told)) {
      const line = describeEvent(event)
      if (line !== undefined) output.write(`${line}\n`)
    }
    told = received.logs().length
  }
  const table = () => {
    // A terminal that doesn't know its size says 0.
    const columns = Math.max(output.columns ?? 0, 80)
    const rows = Math.max(output.rows ?? 0, 24)
    const queries = renderQueries(received, columns, Date.now())
    const metrics = renderTable(received, { columns, rows: rows - queries.split('\n').length })
    output.write(`\u001b[H\u001b[J${metrics}\n${queries}\nCtrl-C ends the demo.\n`)
  }
  const timer = setInterval(output.isTTY === true ? table : lines, refreshMs)
  try {
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  } finally {
    clearInterval(timer)
    if (output.isTTY !== true) lines()
  }
}
