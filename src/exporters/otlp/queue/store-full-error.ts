/** Thrown when a request doesn't fit into the queue. Nothing is lost: the increments come again with the next scrape. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'

  constructor(sizeBytes: number, capacityBytes: number) {
    super(`the sending queue is full (${sizeBytes} of ${capacityBytes} bytes); set sending_queue.max_size to hold more`)
  }
}
