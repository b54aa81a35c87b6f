import { judge } from '../../../src/demo/endpoint/check-request.ts'
import type { IncomingRequest } from '../../../src/demo/endpoint/endpoint.ts'
import { pointsOf, type ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { apiKey } from '../../matrix/support/rig.ts'

/** The points of a request that the endpoint may not take. */
export function pointsIn({ path, headers, body }: IncomingRequest): readonly ReceivedPoint[] {
  const { payload } = judge({ method: 'POST', path, headers, body }, apiKey)
  return payload?.kind === 'metrics' ? [...pointsOf(payload.request)] : []
}

/** What the endpoint refused for good. */
export class Refusals {
  readonly points: ReceivedPoint[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  add(points: readonly ReceivedPoint[]): void {
    this.points.push(...points)
    this.#count += points.length
  }

  /** So many points of a request that was taken: the stand-in keeps them all the same. */
  addTaken(count: number): void {
    this.#count += count
  }
}
