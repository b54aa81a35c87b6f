import { isUndecodable } from './sqlstate.ts'

/** Bytes as they are. What isn't UTF-8 is U+FFFD here. */
const unconverted = 'SQL_ASCII'

/**
 * In which encoding a connection's texts are asked for. In UTF-8, unless the database can't convert what others have put
 * into shared catalogs and pg_stat_activity: one name or statement would fail whatever shows it.
 */
export class ClientEncoding {
  #wanted: string | undefined
  #inForce: string | undefined

  /** The client_encoding that is wanted instead of UTF-8. */
  get wanted(): string | undefined {
    return this.#wanted
  }

  /** What is to be set now. */
  get due(): string | undefined {
    return this.#inForce === this.#wanted ? undefined : this.#wanted
  }

  /** The server has taken what is wanted. */
  settled(): void {
    this.#inForce = this.#wanted
  }

  /** A database with encoding SQL_ASCII only checks whether its texts are in the client's encoding. */
  learn(serverEncoding: string): void {
    if (serverEncoding === 'SQL_ASCII') this.#wanted = unconverted
  }

  /** A statement that failed for a text that can't be converted would fail again: from then on nothing is converted. */
  followUp(name: string, error: unknown): void {
    // Of pg_stat_statements it is the function that converts.
    if (isUndecodable(error) && name !== 'statement_texts') this.#wanted = unconverted
  }
}
