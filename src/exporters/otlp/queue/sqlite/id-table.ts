/** Values that many baselines share, each kept once under a number. */
export class IdTable<Value> {
  readonly #identityOf: (value: Value) => string
  readonly #ids = new Map<string, number>()
  readonly #unwritten = new Map<number, Value>()
  #nextId = 1
  /** Points come in runs of the same value, so most of them need no identity to be made. */
  #last: { readonly value: Value; readonly id: number } | undefined

  constructor(identityOf: (value: Value) => string) {
    this.#identityOf = identityOf
  }

  get count(): number {
    return this.#ids.size
  }

  /** Values that have no row yet. */
  get unwritten(): ReadonlyMap<number, Value> {
    return this.#unwritten
  }

  idOf(value: Value): number {
    if (this.#last?.value === value) return this.#last.id
    const identity = this.#identityOf(value)
    let id = this.#ids.get(identity)
    if (id === undefined) {
      id = this.#nextId++
      this.#ids.set(identity, id)
      this.#unwritten.set(id, value)
    }
    this.#last = { value, id }
    return id
  }

  /** Takes over a value that has a row. */
  load(id: number, value: Value): void {
    this.#ids.set(this.#identityOf(value), id)
    this.#nextId = Math.max(this.#nextId, id + 1)
  }

  /** To be called when the rows of all values are safe. */
  written(): void {
    this.#unwritten.clear()
  }

  /** Forgets all but these; returns the numbers of the others. */
  retain(used: ReadonlySet<number>): number[] {
    const gone: number[] = []
    for (const [identity, id] of this.#ids) {
      if (used.has(id)) continue
      this.#ids.delete(identity)
      this.#unwritten.delete(id)
      gone.push(id)
    }
    this.#last = undefined
    return gone
  }
}
