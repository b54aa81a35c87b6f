import type { Behaviour, Peer } from './hostile-server.ts'
import { kinds, mutated, pick, type Random, upTo, ways } from './mutations.ts'
import { type ClientMessage, type KnownAnswers, type Method, ordinaryReplies } from './ordinary-replies.ts'
import { errorResponse } from './server-messages.ts'

/** Where in a conversation a message comes: before that one of the messages of that reply, the first of each being 0. */
interface Place {
  readonly name: string
  readonly method: Method
  readonly isPooler?: boolean
  readonly reply: number
  readonly index: number
  /** By itself, when the client may think of something else already. */
  readonly late?: boolean
}

const inExtended = ['parse', 'bind', 'describe', 'the first row', 'the last row', 'the end', 'ready', 'more']

/** Every state that a connection of the receiver's can be in. */
export const places: readonly Place[] = [
  { name: 'start-up', method: 'trust', reply: 0, index: 0 },
  { name: 'let in', method: 'trust', reply: 0, index: 1 },
  { name: 'settings', method: 'trust', reply: 0, index: 3 },
  { name: 'key known', method: 'trust', reply: 0, index: 4 },
  { name: 'ready at first', method: 'trust', reply: 0, index: 5 },
  { name: 'password asked for', method: 'cleartext', reply: 0, index: 1 },
  { name: 'password sent', method: 'cleartext', reply: 1, index: 0 },
  { name: 'hash asked for', method: 'md5', reply: 0, index: 1 },
  { name: 'hash sent', method: 'md5', reply: 1, index: 0 },
  { name: 'SASL asked for', method: 'scram', reply: 0, index: 1 },
  { name: 'SASL begun', method: 'scram', reply: 1, index: 0 },
  { name: 'SASL challenged', method: 'scram', reply: 1, index: 1 },
  { name: 'SASL proof', method: 'scram', reply: 2, index: 0 },
  { name: 'SASL through', method: 'scram', reply: 2, index: 1 },
  { name: 'idle', method: 'trust', reply: 0, index: 5, late: true },
  ...[1, 3, 6].flatMap((reply) =>
    inExtended.map((name, index): Place => ({ name: `statement ${reply}: ${name}`, method: 'trust', reply, index })),
  ),
  ...[2, 5].map((reply): Place => ({ name: `idle after ${reply}`, method: 'trust', reply, index: 7, late: true })),
  ...[0, 1, 5, 12].map(
    (index): Place => ({ name: `texts: ${index}`, method: 'trust', isPooler: true, reply: 2, index }),
  ),
  { name: 'commit', method: 'trust', isPooler: true, reply: 4, index: 0 },
]

/** Replies to a request for TLS. */
const tlsReplies = [
  Buffer.from('N'),
  Buffer.from('NN'),
  Buffer.from('SS'),
  Buffer.concat([Buffer.from('S'), errorResponse('XX000', 'injected before TLS')]),
  errorResponse('53300', 'too many clients'),
  Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
  Buffer.from([0]),
  Buffer.alloc(100_000, 'S'),
]

/** After a spoilt message the rest follows; then nobody waits for what doesn't come. */
const patienceMs = 20

/** Spoils one message of each connection, kind by kind in place after place, in ways that the seed decides. */
export class Fuzz {
  readonly #random: Random
  readonly #known: KnownAnswers
  readonly #places = new Set<string>()
  #begun = 0
  #sent = 0

  constructor(random: Random, known: KnownAnswers) {
    this.#random = random
    this.#known = known
  }

  /** Places that spoilt messages came in. */
  get reached(): ReadonlySet<string> {
    return this.#places
  }

  /** Spoilt messages that were sent. */
  get sent(): number {
    return this.#sent
  }

  behaviour(): Behaviour {
    const random = this.#random
    const place = places[this.#begun % places.length] ?? pick(random, places)
    const kind = kinds[Math.floor(this.#begun / places.length) % kinds.length] ?? pick(random, kinds)
    this.#begun += 1
    const spoilt = mutated(kind, pick(random, ways), random)
    const replyTo = ordinaryReplies(place.method, place.isPooler ?? false, this.#known)
    let replies = -1
    return {
      ...(random() < 0.03 ? { tlsReply: this.#tlsReply() } : {}),
      received: (message: ClientMessage, peer: Peer) => {
        const messages = replyTo(message)
        if (messages.length > 0) replies += 1
        if (messages.length > 0 && replies === place.reply) this.#spoil(place, messages, spoilt, peer)
        else if (messages.length > 0) peer.send(Buffer.concat(messages))
      },
    }
  }

  #tlsReply(): Buffer {
    this.#sent += 1
    return pick(this.#random, tlsReplies)
  }

  #spoil({ name, index, late }: Place, messages: readonly Buffer[], spoilt: Buffer, peer: Peer): void {
    const random = this.#random
    this.#sent += 1
    this.#places.add(name)
    setTimeout(() => peer.close(), patienceMs)
    const before = messages.slice(0, index)
    const after = messages.slice(random() < 0.5 ? index : index + 1)
    if (late === true) {
      peer.send(Buffer.concat(before))
      setTimeout(() => peer.send(Buffer.concat([spoilt, ...after])), upTo(random, 3))
      return
    }
    const all = Buffer.concat([...before, spoilt, ...after])
    if (random() < 0.7) {
      peer.send(all)
      return
    }
    const cut = upTo(random, Math.min(all.length, 4_000))
    peer.send(all.subarray(0, cut))
    setImmediate(() => peer.send(all.subarray(cut)))
  }
}
