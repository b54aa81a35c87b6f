import type { PointAccount } from '../../../component/point-account.ts'
import type { Status } from '../../../component/status.ts'
import type { Signal } from '../../../pdata/signal.ts'
import { errorMessage } from '../../../telemetry/error-message.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { SignalTelemetry } from '../account/exporter-telemetry.ts'
import type { DeliveryStore, StoredRequest } from '../queue/delivery-store.ts'
import { itemsField, signalOf } from '../wire/signal-path.ts'
import { Bisection, type Division, type Loss, piecesOf } from './bisection.ts'
import { ExportError } from './export-error.ts'
import type { Rejection, SendOutcome } from './outcome.ts'
import type { SizeLimits } from './size-limit.ts'

export interface OutcomeSettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  readonly telemetry: SignalTelemetry
  readonly logger: Logger
  readonly sizeLimits: SizeLimits
  report(status: Status): void
}

/** An outcome after which the same request isn't sent again; or it is larger than what the endpoint is known to take. */
export type FinalOutcome =
  | Exclude<SendOutcome, { readonly kind: 'retryable' }>
  | { readonly kind: 'oversized'; readonly limitBytes: number }

/** Ends requests: out of the store and into the account, or halved. */
export class Outcomes {
  readonly #settings: OutcomeSettings
  readonly #bisection: Bisection

  constructor(settings: OutcomeSettings) {
    this.#settings = settings
    this.#bisection = new Bisection(settings.store, settings.sizeLimits)
  }

  /** @throws StoreFailedError when halves can't be written; nothing has changed then */
  conclude(request: StoredRequest, outcome: FinalOutcome): void {
    switch (outcome.kind) {
      case 'accepted':
        this.#settings.sizeLimits[signalOf(request.path)].taken(request.sizeBytes)
        this.#accepted(request, outcome)
        return
      case 'oversized':
        this.#divide(request, Math.min(request.points, Math.ceil(request.sizeBytes / outcome.limitBytes)), 'size')
        return
      case 'too_large':
        this.#settings.sizeLimits[signalOf(request.path)].refused(request.sizeBytes)
        if (this.#bisection.mayHalve(request, 'size')) this.#halve(request, 'size', outcome.error)
        else this.#giveUp(request, 'too_large', outcome.error)
        return
      case 'permanent':
        // One bad point or record is refused with all that came along: halves find it out.
        if (outcome.error.status === 400 && this.#bisection.mayHalve(request, 'content'))
          this.#halve(request, 'content', outcome.error)
        else this.#giveUp(request, 'rejected', outcome.error)
        return
      default:
        outcome satisfies never
    }
  }

  /** For what would fail the same way each time. */
  unsendable(request: StoredRequest, cause: unknown): void {
    const message = `the request can't be sent: ${errorMessage(cause)}`
    this.#giveUp(request, 'unsendable', new ExportError(message, { cause }))
  }

  /** To be called when the store has dropped requests by itself: others may wait to hear of them. */
  dropped(): void {
    this.#bisection.releaseHeld()
  }

  /** To be called before the rest of the queue is delivered or dropped. */
  close(): void {
    this.#bisection.close()
  }

  drop(request: StoredRequest, reason: string): void {
    this.#settings.store.remove(request)
    this.#count(signalOf(request.path), request.points, reason)
  }

  #accepted(request: StoredRequest, { rejected, message, impossible }: Rejection): void {
    const { store, account, logger } = this.#settings
    const signal = signalOf(request.path)
    const telemetry = this.#settings.telemetry[signal]
    store.remove(request)
    account.sent(request.points - rejected)
    telemetry.sent(request.points - rejected)
    if (rejected > 0) {
      this.#count(signal, rejected, 'rejected')
      telemetry.sendFailed(rejected)
      logger.error('The endpoint took a request but rejected a part of it.', {
        ...itemsField(signal, rejected),
        message,
      })
    } else if (impossible !== undefined) {
      const fields = { ...itemsField(signal, request.points), said: impossible, message }
      logger.warn(
        'The endpoint says that it rejected a number of points that can not be; all are counted as sent.',
        fields,
      )
    } else if (message !== undefined) {
      logger.warn('The endpoint took a request with a warning.', { message })
    }
    this.#sayLost(signal, this.#bisection.ended(request))
  }

  #halve(request: StoredRequest, why: Division, error: ExportError): void {
    const { logger, telemetry } = this.#settings
    if (!this.#divide(request, 2, why)) return
    const signal = signalOf(request.path)
    telemetry[signal].retry()
    logger.debug('The endpoint refused a request; its halves are sent.', {
      ...itemsField(signal, request.points),
      error: error.message,
    })
  }

  /** False where it can't be, and has ended. */
  #divide(request: StoredRequest, count: number, why: Division): boolean {
    let pieces: ReturnType<typeof piecesOf>
    try {
      pieces = piecesOf(request, count)
    } catch (cause) {
      this.unsendable(request, cause)
      return false
    }
    this.#bisection.replace(request, pieces, why)
    return true
  }

  #giveUp(request: StoredRequest, reason: string, error: ExportError): void {
    const { points } = request
    const signal = signalOf(request.path)
    this.drop(request, reason)
    this.#settings.telemetry[signal].sendFailed(points)
    this.#sayLost(signal, this.#bisection.ended(request, { points, reason, error: error.message }))
    this.#settings.report({ kind: 'recoverable', reason: `the endpoint refused a request: ${error.message}` })
  }

  /** One line for all parts of a stored request. */
  #sayLost(signal: Signal, loss: Loss | undefined): void {
    if (loss === undefined) return
    const { points, ...why } = loss
    const fields = { ...itemsField(signal, points), ...why }
    this.#settings.logger.error('The endpoint refused a request for good; what it held is dropped.', fields)
  }

  #count(signal: Signal, items: number, reason: string): void {
    this.#settings.account.dropped(reason, items)
    this.#settings.telemetry[signal].dropped(reason, items)
  }
}
