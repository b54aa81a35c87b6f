/** What exporters keep between runs and reloads, by their ids: made when first asked for, closed with this. */
export class Stores implements AsyncDisposable {
  readonly #stores = new Map<string, unknown>()

  /** @param make used where there is none yet, or one that belongs to another kind of exporter */
  lend<Store>(id: string, isOurs: (store: unknown) => store is Store, make: () => Store): Store {
    const kept = this.#stores.get(id)
    if (isOurs(kept)) return kept
    close(kept)
    this.#stores.delete(id)
    const store = make()
    this.#stores.set(id, store)
    return store
  }

  /** To be called after the exporters have stopped. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores.values()) close(store)
    this.#stores.clear()
  }
}

function close(store: unknown): void {
  if (isDisposable(store)) store[Symbol.dispose]()
}

function isDisposable(store: unknown): store is Disposable {
  return typeof store === 'object' && store !== null && Symbol.dispose in store
}
