/** Thrown when a part of a scrape is missing. What was given to the sink before stays. */
export class PartialScrapeError extends Error {
  override readonly name = 'PartialScrapeError'
  /** How many data points are missing, as far as that is known (at least one per failure). */
  readonly missing: number

  constructor(missing: number, causes: readonly Error[]) {
    super(causes.map((cause) => cause.message).join('; '), { cause: new AggregateError(causes) })
    this.missing = missing
  }
}
