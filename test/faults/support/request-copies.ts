import { createHash } from 'node:crypto'
import type { Respond } from '../../../src/demo/endpoint/endpoint.ts'

/** Counts requests that the endpoint took before, byte for byte. */
export class RequestCopies {
  readonly #taken = new Set<string>()
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Answers as `respond` does, and looks at what it lets through. */
  counted(respond: Respond = () => undefined): Respond {
    return async (request) => {
      const answer = await respond(request)
      if (answer === undefined) {
        const digest = createHash('sha256').update(request.body).digest('hex')
        if (this.#taken.has(digest)) this.#count += 1
        this.#taken.add(digest)
      }
      return answer
    }
  }
}
