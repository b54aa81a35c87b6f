import type { Account } from '../../../component/exporter.ts'
import { PointAccount } from '../../../component/point-account.ts'
import { type ExporterTelemetry, noSignalTelemetry, type SignalTelemetry } from './exporter-telemetry.ts'

/**
 * What becomes of an exporter's data points and log records: each event is written here once, and counted both in the
 * exporter's account and by the collector's own instruments.
 */
export class Ledger {
  readonly metrics: SignalLedger
  readonly logs: SignalLedger
  readonly #account: PointAccount

  /** @param queued points and records that the queue held before */
  constructor(queued: number, telemetry: SignalTelemetry = noSignalTelemetry) {
    this.#account = new PointAccount(queued)
    this.metrics = new SignalLedger(this.#account, telemetry.metrics)
    this.logs = new SignalLedger(this.#account, telemetry.logs)
  }

  /** @param queued points and records that the queue holds now */
  read(queued: number): Account {
    return this.#account.read(queued)
  }
}

/** The ledger of one signal. Items are data points or log records. */
export class SignalLedger {
  readonly #account: PointAccount
  readonly #telemetry: ExporterTelemetry

  constructor(account: PointAccount, telemetry: ExporterTelemetry) {
    this.#account = account
    this.#telemetry = telemetry
  }

  /** The queue took them, or what they came to. */
  consumed(items: number): void {
    this.#account.consumed(items)
  }

  /** The queue refused them. They aren't consumed: a point's increments come with a later scrape, a record is lost. */
  enqueueFailed(items: number): void {
    this.#telemetry.enqueueFailed(items)
  }

  /** Points of which there is nothing to send. */
  absorbed(reason: string, points: number): void {
    if (points === 0) return
    this.#account.absorbed(reason, points)
    this.#telemetry.absorbed(reason, points)
  }

  /** The endpoint took them. */
  sent(items: number): void {
    this.#account.sent(items)
    this.#telemetry.sent(items)
  }

  /** Lost without having been refused by the endpoint. */
  dropped(reason: string, items: number): void {
    if (items === 0) return
    this.#account.dropped(reason, items)
    this.#telemetry.dropped(reason, items)
  }

  /** Lost because sending them failed for good. */
  sendFailed(reason: string, items: number): void {
    this.dropped(reason, items)
    this.#telemetry.sendFailed(items)
  }

  /** One HTTP attempt (see {@link ExporterTelemetry.request}). */
  request(status: number | string, durationMs: number, bytesBefore: number, bytesAfter: number): void {
    this.#telemetry.request(status, durationMs, bytesBefore, bytesAfter)
  }

  /** An attempt failed and its request will be sent again. */
  retry(): void {
    this.#telemetry.retry()
  }
}
