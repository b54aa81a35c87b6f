import { hash, randomBytes } from 'node:crypto'

/** A key in a file: `#`, nine random bytes that all keys of the file share, and 16 bytes of a hash. No series has such a key. */
const hashed = /^#[\w-]{12}[\w-]{22}$/
const saltEnd = 13

/**
 * The keys of series as a file holds them: each as a salted hash. A key names what it is made of, such as the server's id of
 * a statement, with which passwords in the statement could be guessed and checked. The salt stands in every row, so that no
 * damage to one row costs another its key.
 */
export class HashedKeys {
  /** Of the file that was read, or else of the next one. */
  #own = randomBytes(9).toString('base64url')
  readonly #read = new Set<string>()

  /** To be called with each key that was read; false where it isn't hashed, as older versions wrote it. */
  load(stored: string): boolean {
    if (!hashed.test(stored)) return false
    const salt = stored.slice(1, saltEnd)
    if (this.#read.size === 0) this.#own = salt
    this.#read.add(salt)
    return true
  }

  /** What a file that was read may hold in place of this key. */
  *candidates(key: string): Generator<string> {
    for (const salt of this.#read) yield hashedKey(salt, key)
  }

  /** The key for the file; one that comes from a file stays. */
  stored(key: string): string {
    return hashed.test(key) ? key : hashedKey(this.#own, key)
  }
}

function hashedKey(salt: string, key: string): string {
  return `#${salt}${hash('sha256', `${salt}\0${key}`, 'buffer').toString('base64url', 0, 16)}`
}
