import { messageType as type } from './message-codes.ts'

/**
 * What a server owes for what was sent to it (manual, "Message Flow"): `page` for an Execute with a limit, `statement` for
 * each of those that a text holds.
 */
export type Reply = 'parse' | 'bind' | 'describe' | 'execute' | 'page' | 'close' | 'statement' | 'ready'

const ends = [type.commandComplete, type.emptyQueryResponse]

/** What may come for each. What ends it is below. */
const answers: Readonly<Record<Reply, ReadonlySet<number>>> = {
  parse: new Set([type.parseComplete]),
  bind: new Set([type.bindComplete]),
  describe: new Set([type.rowDescription, type.noData]),
  execute: new Set([type.dataRow, ...ends]),
  page: new Set([type.dataRow, type.portalSuspended, ...ends]),
  close: new Set([type.closeComplete]),
  statement: new Set([type.rowDescription, type.dataRow, ...ends]),
  ready: new Set([type.readyForQuery]),
}

/**
 * The replies that a server owes, in their order. One that isn't owed would be taken for the answer to the next
 * statement, and every answer after it for the one before.
 */
export class Replies {
  #owed: Reply[] = []
  /** How many of them were asked for before what is being read arrived. */
  #answerable = 0
  #columns: number | undefined
  /** Of the portal whose rows haven't all come: they come with the next Execute, undescribed. */
  #suspendedColumns: number | undefined

  /** The number of columns that a row must have; `undefined` where none may come. */
  get columns(): number | undefined {
    return this.#columns
  }

  owe(reply: Reply): void {
    if (this.#owed.length === 0) {
      if (reply === 'execute' || reply === 'page') this.#columns = this.#suspendedColumns
      this.#suspendedColumns = undefined
    }
    this.#owed.push(reply)
  }

  /** What arrives now can't be the answer to anything that is sent while it is read. */
  arrives(): void {
    this.#answerable = this.#owed.length
  }

  expects(messageType: number): boolean {
    const reply = this.#answerable > 0 ? this.#owed[0] : undefined
    if (reply === undefined || !answers[reply].has(messageType)) return false
    const isDescribed = this.#columns !== undefined
    return messageType === type.dataRow ? isDescribed : messageType !== type.rowDescription || !isDescribed
  }

  /** @param columns of a RowDescription */
  came(messageType: number, columns: number | undefined): void {
    if (messageType === type.dataRow) return
    if (messageType === type.rowDescription) this.#columns = columns
    else if (messageType === type.portalSuspended) this.#suspendedColumns = this.#columns
    else this.#columns = undefined
    if (this.#owed[0] !== 'statement' || messageType !== type.rowDescription) this.#drop(1)
  }

  /** An error ends everything up to the point where the server is ready again. */
  failed(): void {
    const ready = this.#owed.indexOf('ready')
    this.#drop(ready === -1 ? this.#owed.length : ready)
    this.#columns = undefined
  }

  #drop(count: number): void {
    this.#owed.splice(0, count)
    this.#answerable = Math.max(0, this.#answerable - count)
  }
}
