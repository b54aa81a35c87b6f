import { backoffDelay } from '../../../component/backoff.ts'
import type { Signal } from '../../../pdata/signal.ts'
import { errorMessage } from '../../../telemetry/error-message.ts'
import type { NewRequest, StoredRequest } from '../queue/delivery-store.ts'
import { Bisection, type Division, type Loss, piecesOf } from './bisection.ts'
import type { DeliverySettings } from './delivery-settings.ts'
import { type ExportError, unsendable } from './export-error.ts'
import { itemsField } from './items-field.ts'
import type { FinalOutcome, Rejection } from './outcome.ts'
import { SizeLimit, type SizeLimits } from './size-limit.ts'

/** Ends requests: out of the store and into the ledger, or divided into smaller ones. */
export class Outcomes {
  readonly #settings: DeliverySettings
  readonly #sizeLimits: SizeLimits
  readonly #bisection: Bisection

  constructor(settings: DeliverySettings) {
    this.#settings = settings
    this.#sizeLimits = { metrics: new SizeLimit(settings.clock), logs: new SizeLimit(settings.clock) }
    this.#bisection = new Bisection(settings.store, this.#sizeLimits)
  }

  /** The outcome of a request that the endpoint is known not to take, which needn't be sent; `undefined` for others. */
  oversized({ signal, sizeBytes, points }: StoredRequest): FinalOutcome | undefined {
    const limitBytes = this.#sizeLimits[signal].bytes
    if (limitBytes === undefined || sizeBytes <= limitBytes || points <= 1) return undefined
    return { kind: 'oversized', limitBytes }
  }

  /**
   * Ends the request. Where the store can't write (a full disk) this is tried until it can, because sending the same request
   * again would come to the same outcome.
   * @returns false where the signal aborted first: then nothing has changed
   */
  async end(request: StoredRequest, outcome: FinalOutcome, signal: AbortSignal): Promise<boolean> {
    const { clock, logger, target } = this.#settings
    for (let failures = 1; ; failures++) {
      try {
        this.#end(request, outcome)
        return true
      } catch (error) {
        if (failures === 1) {
          const fields = { error: errorMessage(error) }
          logger.warn('A request that is too large or was refused could not be divided.', fields)
        }
      }
      try {
        await clock.sleep(backoffDelay(target.backoff, failures), signal)
      } catch {
        return false
      }
    }
  }

  /** To be called when the store has dropped requests by itself: their other parts no longer wait for them. */
  releaseHeld(): void {
    this.#bisection.releaseHeld()
  }

  /** To be called before the rest of the queue is delivered or dropped. */
  close(): void {
    this.#bisection.close()
  }

  /** Drops all that waits, at shutdown. */
  dropRest(): void {
    const { store, ledger, logger } = this.#settings
    const lost = { metrics: 0, logs: 0 }
    for (let request = store.take(); request !== undefined; request = store.take()) {
      const { signal, points } = request
      lost[signal] += points
      store.remove(request)
      ledger[signal].dropped('shutdown', points)
    }
    if (lost.metrics + lost.logs === 0) return
    const fields = { points: lost.metrics, records: lost.logs }
    logger.error('The rest of the queue was dropped at shutdown because it could not be delivered in time.', fields)
  }

  /** @throws StoreFailedError when pieces can't be written; nothing has changed then */
  #end(request: StoredRequest, outcome: FinalOutcome): void {
    const sizeLimit = this.#sizeLimits[request.signal]
    switch (outcome.kind) {
      case 'accepted':
        sizeLimit.taken(request.sizeBytes)
        this.#accepted(request, outcome)
        return
      case 'oversized': {
        const count = Math.min(request.points, Math.ceil(request.sizeBytes / outcome.limitBytes))
        this.#divide(request, count, 'size')
        return
      }
      case 'too_large':
        sizeLimit.refused(request.sizeBytes)
        this.#halveOrGiveUp(request, 'size', 'too_large', outcome.error)
        return
      case 'permanent':
        // One bad point or record is refused with all that came along: halving finds it.
        if (outcome.error.status === 400) this.#halveOrGiveUp(request, 'content', 'rejected', outcome.error)
        else this.#giveUp(request, 'rejected', outcome.error)
        return
      case 'unsendable':
        this.#giveUp(request, 'unsendable', outcome.error)
        return
      default:
        outcome satisfies never
    }
  }

  #accepted(request: StoredRequest, { rejected, message, impossible }: Rejection): void {
    const { store, logger } = this.#settings
    const { signal, points } = request
    const ledger = this.#settings.ledger[signal]
    store.remove(request)
    ledger.sent(points - rejected)
    if (rejected > 0) {
      ledger.sendFailed('rejected', rejected)
      const fields = { ...itemsField(signal, rejected), message }
      logger.error('The endpoint took a request but rejected a part of it.', fields)
    } else if (impossible !== undefined) {
      const fields = { ...itemsField(signal, points), said: impossible, message }
      logger.warn('The endpoint says that it rejected an impossible number of points; all are counted as sent.', fields)
    } else if (message !== undefined) {
      logger.warn('The endpoint took a request with a warning.', { message })
    }
    this.#logLoss(signal, this.#bisection.ended(request))
  }

  #halveOrGiveUp(request: StoredRequest, why: Division, reason: string, error: ExportError): void {
    if (!this.#bisection.mayHalve(request, why)) {
      this.#giveUp(request, reason, error)
      return
    }
    if (!this.#divide(request, 2, why)) return
    const { signal, points } = request
    this.#settings.ledger[signal].retry()
    const fields = { ...itemsField(signal, points), error: error.message }
    this.#settings.logger.debug('The endpoint refused a request; its halves are sent.', fields)
  }

  /** @returns false where it can't be divided, and was given up */
  #divide(request: StoredRequest, count: number, why: Division): boolean {
    let pieces: readonly NewRequest[]
    try {
      pieces = piecesOf(request, count)
    } catch (cause) {
      this.#giveUp(request, 'unsendable', unsendable(cause))
      return false
    }
    this.#bisection.replace(request, pieces, why)
    return true
  }

  #giveUp(request: StoredRequest, reason: string, error: ExportError): void {
    const { store, ledger, report } = this.#settings
    const { signal, points } = request
    store.remove(request)
    ledger[signal].sendFailed(reason, points)
    this.#logLoss(signal, this.#bisection.ended(request, { points, reason, error: error.message }))
    report({ kind: 'recoverable', reason: `the endpoint refused a request: ${error.message}` })
  }

  /** One line for all parts of a stored request. */
  #logLoss(signal: Signal, loss: Loss | undefined): void {
    if (loss === undefined) return
    const { points, reason, error } = loss
    const fields = { ...itemsField(signal, points), reason, error }
    this.#settings.logger.error('The endpoint refused a request for good; what it held is dropped.', fields)
  }
}
