import process from 'node:process'
import pg from 'pg'
import { z } from 'zod'
import { forgetPeak, resident } from '../resident.ts'
import { measuredRole, RoleCost } from '../role-cost.ts'
import { costOf } from '../way.ts'

const input = z.object({
  host: z.string(),
  port: z.number(),
  rounds: z.number(),
  options: z.string(),
  way: z.object({
    name: z.string(),
    statements: z.array(z.object({ text: z.string(), values: z.array(z.unknown()).optional() })),
  }),
})

/** Asks in one way in a process that does nothing else: `way-case.ts JSON`. */
const { host, port, rounds, options, way } = input.parse(JSON.parse(process.argv[2] ?? ''))
const database = 'postgres'
const stateReader = new pg.Client({ host, port, database, user: 'postgres' })
const client = new pg.Client({ host, port, database, user: measuredRole, options })
await Promise.all([stateReader.connect(), client.connect()])
const cost = new RoleCost(Object.assign(stateReader, { [Symbol.asyncDispose]: () => stateReader.end() }))
await cost.of(() => client.query('SELECT 1'))
globalThis.gc?.()
const before = await resident('self')
await forgetPeak('self')
const measured = await costOf(way, client, cost, rounds)
const { peakBytes } = await resident('self')
await Promise.all([stateReader.end(), client.end()])
process.stdout.write(JSON.stringify({ ...measured, peakBytes: peakBytes - before.nowBytes }))
