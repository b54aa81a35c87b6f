import type { Status } from '../../component/status.ts'
import { errorMessage } from '../../telemetry/error-message.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { Bisection, halvesOf, type Loss } from './bisection.ts'
import { ExportError } from './export-error.ts'
import type { ExporterTelemetry } from './exporter-telemetry.ts'
import type { PointAccount } from './point-account.ts'
import type { SendOutcome } from './send.ts'
import type { DeliveryStore, StoredRequest } from './store.ts'

export interface SettlementSettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  readonly telemetry: ExporterTelemetry
  readonly logger: Logger
  report(status: Status): void
}

/** An outcome after which the same request isn't sent again. */
export type FinalOutcome = Exclude<SendOutcome, { readonly kind: 'retryable' }>

/** Ends requests: out of the store and into the account, or halved. */
export class Settlement {
  readonly #settings: SettlementSettings
  readonly #bisection: Bisection

  constructor(settings: SettlementSettings) {
    this.#settings = settings
    this.#bisection = new Bisection(settings.store)
  }

  /** @throws StoreFailedError when halves can't be written; nothing has changed then */
  settle(request: StoredRequest, outcome: FinalOutcome): void {
    switch (outcome.kind) {
      case 'accepted':
        this.#accepted(request, outcome.rejectedPoints, outcome.message)
        return
      case 'too_large':
        if (this.#bisection.mayHalve(request, false)) this.#halve(request, outcome.error)
        else this.#giveUp(request, 'too_large', outcome.error)
        return
      case 'permanent':
        // One bad point is refused with all that came along: halves find it out.
        if (outcome.error.status === 400 && this.#bisection.mayHalve(request, true)) this.#halve(request, outcome.error)
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

  drop(request: StoredRequest, reason: string): void {
    this.#settings.store.remove(request)
    this.#count(request.points, reason)
  }

  #accepted(request: StoredRequest, rejectedPoints: number, message: string | undefined): void {
    const { store, account, telemetry, logger } = this.#settings
    store.remove(request)
    account.sent(request.points - rejectedPoints)
    telemetry.sent(request.points - rejectedPoints)
    if (rejectedPoints > 0) {
      this.#count(rejectedPoints, 'rejected')
      telemetry.sendFailed(rejectedPoints)
      logger.error('The endpoint took a request but rejected some of its points.', { points: rejectedPoints, message })
    } else if (message !== undefined) {
      logger.warn('The endpoint took a request with a warning.', { message })
    }
    this.#sayLost(this.#bisection.ended(request))
  }

  #halve(request: StoredRequest, error: ExportError): void {
    const { logger, telemetry } = this.#settings
    const halves = this.#halvesOf(request)
    if (halves === undefined) return
    this.#bisection.replace(request, halves)
    telemetry.retry()
    logger.debug('The endpoint refused a request; its halves are sent.', {
      points: request.points,
      error: error.message,
    })
  }

  #halvesOf(request: StoredRequest): ReturnType<typeof halvesOf> | undefined {
    try {
      return halvesOf(request)
    } catch (cause) {
      this.unsendable(request, cause)
      return undefined
    }
  }

  #giveUp(request: StoredRequest, reason: string, error: ExportError): void {
    const { points } = request
    this.drop(request, reason)
    this.#settings.telemetry.sendFailed(points)
    this.#sayLost(this.#bisection.ended(request, { points, reason, error: error.message }))
    this.#settings.report({ kind: 'recoverable', reason: `the endpoint refused a request: ${error.message}` })
  }

  /** One line for all parts of a stored request. */
  #sayLost(loss: Loss | undefined): void {
    if (loss === undefined) return
    this.#settings.logger.error('The endpoint refused a request for good; its points are dropped.', { ...loss })
  }

  #count(points: number, reason: string): void {
    this.#settings.account.dropped(reason, points)
    this.#settings.telemetry.dropped(reason, points)
  }
}
