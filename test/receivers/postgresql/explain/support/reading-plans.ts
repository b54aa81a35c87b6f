import { afterAll } from 'vitest'
import { configKeys } from '../../../../../generated/postgresql/config.ts'
import { Connector } from '../../../../../src/receivers/postgresql/connection/connector.ts'
import type { AbsenceReason, PlanAbsence } from '../../../../../src/receivers/postgresql/explain/plan-absence.ts'
import { PlanNotices } from '../../../../../src/receivers/postgresql/explain/plan-notices.ts'
import { PlanReader } from '../../../../../src/receivers/postgresql/explain/plan-reader.ts'
import type { QueryPlan } from '../../../../../src/receivers/postgresql/explain/query-plan.ts'
import type { ExplainedStatement } from '../../../../../src/receivers/postgresql/statements/explain-candidate.ts'
import { childStatementTexts } from '../../../../../src/sql-text/pool/child-statement-texts.ts'
import type { StatementTexts } from '../../../../../src/sql-text/pool/statement-texts.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { memoryLogger } from '../../../../support/memory-logger.ts'
import { never, settingsOf } from '../../support/connecting.ts'

interface Server {
  readonly host: string
  readonly port: number
}

export interface ReadingOptions {
  readonly database: string
  readonly username?: string
  /** Whose statements they are. */
  readonly userName?: string
  readonly config?: Readonly<Record<string, unknown>>
}

/** To be called at the top of a file: gives what makes readers of plans, which share one process that redacts. */
export function usePlans() {
  const texts = childStatementTexts({ logger: memoryLogger() })
  afterAll(() => texts.close())
  return (server: Server, options: ReadingOptions) => readingPlans(server, options, texts)
}

/** A reader of plans of a server, with what it counted and told. */
function readingPlans(server: Server, options: ReadingOptions, texts: StatementTexts) {
  const { database, username = 'monitor', userName = 'app', config = {} } = options
  const clock = new FakeClock()
  const logger = memoryLogger()
  const notices = new PlanNotices(logger)
  const counts = new Map<'plan' | AbsenceReason, number>()
  let connections = 0
  const connector = new Connector({
    connection: settingsOf(server, { username }),
    clock,
    spacingMs: 0,
    opened: () => {
      connections += 1
    },
  })
  const reader = new PlanReader({
    config: configKeys.shape.plans.parse({ enabled: true, max_per_interval: 100, ...config }),
    connector,
    clock,
    texts,
    counted: (outcome) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    absent: (absence, name) => notices.log(absence, name),
  })
  const statementOf = (text: string): ExplainedStatement => ({
    databaseOid: '5',
    databaseName: database,
    queryid: '7',
    fingerprint: text,
    text,
    userName,
  })
  /** What comes of the texts, in their order; `undefined` for those that are known. */
  const readAll = async (texts: readonly string[]): Promise<readonly (QueryPlan | PlanAbsence | undefined)[]> => {
    const outcomes = await reader.read(texts.map(statementOf), never)
    return texts.map((text) => outcomes.find(({ statement }) => statement.text === text)?.outcome)
  }
  return {
    clock,
    counts,
    reader,
    statementOf,
    readAll,
    read: async (text: string) => (await readAll([text]))[0],
    connections: () => connections,
    warnings: () => logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message),
  }
}
