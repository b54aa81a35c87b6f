import type pg from 'pg'

export type TextRow = readonly (string | null)[]

/** What opens a portal: a statement in extended mode, which takes one statement, whatever the text says. */
export interface PortalStatement {
  /** The server keeps it parsed under that name, as long as the connection. */
  readonly name?: string | undefined
  readonly text: string
  readonly values: readonly unknown[]
}

export interface PortalPageSettings {
  /** At most so many rows; `0` for all the rest. */
  readonly rows: number
  /** Without it, the page is the next one of the portal that is open. */
  readonly opens?: PortalStatement
  /** Called for each row with the size of its message. It may not throw. */
  readonly take: (row: TextRow, bytes: number) => void
}

/**
 * Some rows of a portal, as the library sends them: Execute with a limit, then Sync. Behind a Sync the server waits for the
 * next command and its time-outs for idle sessions run; behind a Flush, which the library's own queries send, it doesn't.
 * A portal outlives the Sync only within a transaction (manual, "Extended Query").
 *
 * Everything arrives as text and is decoded once, by the type that metadata declares.
 */
export class PortalPage implements pg.Submittable {
  /** Whether the portal may have more rows. */
  readonly hasMore: Promise<boolean>
  /** The client remembers by these what the server has parsed. */
  readonly name: string
  readonly text: string | undefined
  readonly values: (string | null)[]
  readonly #settings: PortalPageSettings
  readonly #resolve: (suspended: boolean) => void
  readonly #reject: (error: Error) => void
  #suspended = false

  constructor(settings: PortalPageSettings) {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.hasMore = promise
    this.#resolve = resolve
    this.#reject = reject
    this.#settings = settings
    this.name = settings.opens?.name ?? ''
    this.text = settings.opens?.text
    this.values = settings.opens?.values.map(parameterText) ?? []
  }

  submit(connection: pg.Connection): void {
    const { rows, opens } = this.#settings
    connection.stream.cork()
    if (opens !== undefined) {
      const { name } = this
      if (name === '' || connection.parsedStatements[name] === undefined) {
        connection.parse({ name, text: opens.text, types: [] }, true)
      }
      connection.bind({ statement: name, values: this.values }, true)
      connection.describe({ type: 'P' }, true)
    }
    connection.execute({ rows: String(rows) }, true)
    connection.sync()
    connection.stream.uncork()
  }

  handleRowDescription(): void {}

  handleDataRow({ fields, length }: { readonly fields: TextRow; readonly length: number }): void {
    this.#settings.take(fields, length)
  }

  handlePortalSuspended(): void {
    this.#suspended = true
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  /** Nobody asked for it: what comes behind it could be taken for an answer. */
  handleCopyInResponse(connection: pg.Connection): void {
    connection.stream.destroy()
  }

  handleCopyData(): void {}

  handleError(error: Error): void {
    this.#reject(error)
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#suspended)
  }
}

/** A parameter as the server reads it. */
function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `{${value.map(itemText).join(',')}}`
  throw new TypeError('a parameter is NULL, a text, a number, a boolean or a list of those')
}

function itemText(value: unknown): string {
  const text = parameterText(value)
  return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
