import { startCluster } from '/work/main/src/demo/embedded-postgres.ts'
import { PostgresqlReceiver } from '/work/main/src/receivers/postgresql/receiver.ts'
import { postgresqlConfig } from '/work/main/src/receivers/postgresql/config.ts'
import { metricDefaults } from '/work/main/generated/postgresql/config.ts'
import { systemClock } from '/work/main/src/component/clock.ts'
import { createLogger } from '/work/main/src/telemetry/create-logger.ts'
import { metrics } from '@opentelemetry/api'
const major = Number(process.argv[2] ?? 18)
await using cluster = await startCluster({ major: major as never })
const logger = createLogger({ level: 'debug', pretty: true })
const points: any[] = []
const config = postgresqlConfig.parse({ endpoint: `127.0.0.1:${cluster.port}`, username: 'postgres', collection_interval: '1s', metrics: Object.fromEntries(Object.keys(metricDefaults).map(n => [n, {enabled: true}])) })
const receiver = new PostgresqlReceiver(config, { id: 'postgresql', clock: systemClock(), logger, meter: metrics.getMeter('x'), version: '0', hostName: 'h', env: {} }, { async consume(batch) { for (const p of batch.points) points.push([p.series.metric.name, JSON.stringify(p.series.attributes), p.value, p.token?.text, batch.reading.query, batch.reading.completes]) } })
await receiver.collect(AbortSignal.timeout(20000))
for (const p of points) console.log(p.join(' '))
console.log(new Set(points.map(p => p[0])).size)
await receiver.shutdown()
console.log((await cluster.log()).split('\n').filter(l => /ERROR|FATAL|WARN/.test(l)).join('\n'))
