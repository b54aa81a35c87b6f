import pg from 'pg'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** What one connection was asked during the recording. */
export interface Visit {
  readonly database: string
  /** The start-up options. */
  readonly options: string
  /** Whether the connection was there before the recording. */
  readonly kept: boolean
  readonly statements: Statement[]
}

/** Writes down all that the clients of this process send while it is on. */
export class Recording implements Disposable {
  readonly #query: unknown = Reflect.get(pg.Client.prototype, 'query')
  readonly #known = new WeakSet<object>()
  #visits: Map<object, Visit> | undefined

  constructor() {
    const recorded = (client: object, args: readonly unknown[]) => {
      this.#record(client, args)
      if (typeof this.#query !== 'function') throw new Error("the client's query is no function")
      return Reflect.apply(this.#query, client, args)
    }
    Object.defineProperty(pg.Client.prototype, 'query', {
      configurable: true,
      writable: true,
      value(this: object, ...args: readonly unknown[]) {
        return recorded(this, args)
      },
    })
  }

  async during(work: () => Promise<void>): Promise<readonly Visit[]> {
    const visits = new Map<object, Visit>()
    this.#visits = visits
    try {
      await work()
    } finally {
      this.#visits = undefined
    }
    return [...visits.values()]
  }

  [Symbol.dispose](): void {
    Object.defineProperty(pg.Client.prototype, 'query', { configurable: true, writable: true, value: this.#query })
  }

  #record(client: object, [statement, values]: readonly unknown[]): void {
    const kept = this.#known.has(client)
    this.#known.add(client)
    if (this.#visits === undefined) return
    let visit = this.#visits.get(client)
    if (visit === undefined) {
      const parameters: unknown = Reflect.get(client, 'connectionParameters')
      visit = { database: textOf(parameters, 'database'), options: textOf(parameters, 'options'), kept, statements: [] }
      this.#visits.set(client, visit)
    }
    if (typeof statement === 'string') visit.statements.push({ text: statement, values: listOf(values) })
    else if (typeof statement === 'object' && statement !== null)
      visit.statements.push({ text: textOf(statement, 'text'), values: listOf(Reflect.get(statement, 'values')) })
  }
}

function textOf(holder: unknown, name: string): string {
  const value: unknown = typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined
  if (typeof value !== 'string') throw new Error(`expected the text ${name}, found ${typeof value}`)
  return value
}

function listOf(values: unknown): readonly unknown[] {
  return Array.isArray(values) ? values : []
}
