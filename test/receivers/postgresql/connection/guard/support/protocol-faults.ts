import type { Behaviour } from './hostile-server.ts'
import { type Method, ordinaryReplies } from './ordinary-replies.ts'
import {
  authentication,
  authenticationOk,
  bindComplete,
  commandComplete,
  dataRow,
  errorResponse,
  examples,
  int16,
  int32,
  message,
  parseComplete,
  readyForQuery,
  rowDescription,
  settled,
  texts,
} from './server-messages.ts'

/** What a server says that breaks the protocol, and what is said of it. */
export interface ProtocolFaultCase {
  readonly what: string
  readonly behave: () => Behaviour
  readonly said: string
  readonly code: string
}

/** A server that says this in place of its n-th reply; the start-up's is the first. */
export function sayingIn(reply: number, bytes: readonly Buffer[], method: Method = 'trust'): () => Behaviour {
  return () => {
    const replyTo = ordinaryReplies(method, false)
    let replies = -1
    return {
      received(received, peer) {
        const messages = replyTo(received)
        if (messages.length > 0) replies += 1
        if (messages.length > 0) peer.send(Buffer.concat(replies === reply ? [...bytes] : messages))
      },
    }
  }
}

const mend = "which isn't supported; give this role a scram-sha-256 line in pg_hba.conf"
const sasl = authentication(10, texts('SCRAM-SHA-256', ''))
const begun = [parseComplete, bindComplete, rowDescription('a', 'b')]
const ended = [commandComplete('SELECT 1'), readyForQuery]
const zeros = (count: number) => Buffer.alloc(count)

function atFirst(what: string, said: string, ...bytes: readonly Buffer[]): ProtocolFaultCase {
  return { what, behave: sayingIn(0, bytes), said, code: '08P01' }
}

function refused(what: string, method: string, request: Buffer): ProtocolFaultCase {
  return { what, behave: sayingIn(0, [request]), said: `the server asks for ${method}, ${mend}`, code: '28000' }
}

/** The third reply is that to the first statement that a test sends. */
function inStatement(what: string, said: string, ...bytes: readonly Buffer[]): ProtocolFaultCase {
  return { what, behave: sayingIn(3, bytes), said, code: '08P01' }
}

const notPostgresql = (text: string) => `is it PostgreSQL that listens there? Its answer begins with "${text}"`

export const protocolFaults: readonly ProtocolFaultCase[] = [
  refused('asks for GSSAPI', 'GSSAPI', authentication(7)),
  refused('goes on with GSSAPI', 'GSSAPI', authentication(8, Buffer.from('token'))),
  refused('asks for SSPI', 'SSPI', authentication(9)),
  refused('asks for Kerberos 5', 'Kerberos 5', authentication(2)),
  refused('asks for crypt', 'crypt', authentication(4, Buffer.from('ab'))),
  refused('asks for SCM credentials', 'SCM credentials', authentication(6)),
  refused('asks for a SASL mechanism of its own', 'OAUTHBEARER', authentication(10, texts('OAUTHBEARER', ''))),
  atFirst('asks for what nobody knows', 'authentication of the unknown kind 99', authentication(99)),
  atFirst(
    'asks for a password at length',
    'request for authentication has 4 bytes too many',
    authentication(3, int32(1)),
  ),
  atFirst('asks for a hash without salt', 'is too short for what it says', authentication(5)),
  atFirst('offers mechanisms without an end', 'has a text without an end', authentication(10, Buffer.from('SCRAM'))),
  atFirst(
    'offers mechanisms without the last zero',
    'has a text without an end',
    authentication(10, texts('SCRAM-SHA-256')),
  ),
  atFirst('lets in twice', 'Authentication out of turn', authenticationOk, authenticationOk),
  atFirst('is ready before it lets in', 'ReadyForQuery out of turn', readyForQuery),
  atFirst(
    'negotiates a version that nobody asked for',
    'NegotiateProtocolVersion out of turn',
    examples['NegotiateProtocolVersion'] ?? zeros(0),
  ),
  atFirst('has no key', 'BackendKeyData has a key of 0 bytes', authenticationOk, message('K', int32(1))),
  atFirst(
    'has a long key',
    'BackendKeyData has a key of 257 bytes',
    authenticationOk,
    message('K', int32(1), zeros(257)),
  ),
  atFirst(
    'has a parameter without a value',
    'ParameterStatus has a text without an end',
    authenticationOk,
    message('S', texts('TimeZone')),
  ),
  atFirst('has an error without an end', 'ErrorResponse is too short for what it says', message('E')),
  atFirst(
    'has an error with half a field',
    'ErrorResponse has a text without an end',
    message('E', Buffer.from('Mhalf')),
  ),
  atFirst(
    'has an error of another world',
    'ErrorResponse has no SQLSTATE for a code',
    errorResponse('too_large', 'pretended'),
  ),
  atFirst('has a length of 3', 'the length 3', Buffer.from([82, 0, 0, 0, 3])),
  atFirst('has a length of 2 GB', 'is longer than 64 KiB', Buffer.from([82, 0x7f, 255, 255, 255])),
  atFirst(
    'speaks HTTP',
    notPostgresql('HTTP/1.1 400 Bad Request Server: x'),
    Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: x'),
  ),
  atFirst(
    'speaks as of old',
    notPostgresql('Ecould not fork new process for connection: no room '),
    Buffer.from('Ecould not fork new process for connection: no room\n\0'),
  ),
  {
    what: 'lets in without an answer',
    behave: sayingIn(0, [authentication(3), authenticationOk], 'cleartext'),
    said: 'out of turn',
    code: '08P01',
  },
  {
    what: 'challenges before SASL has begun',
    behave: sayingIn(0, [sasl, authentication(11, Buffer.from('r=x,s=eA==,i=1'))]),
    said: 'came out of turn',
    code: '08P01',
  },
  {
    what: 'lets in without a proof',
    behave: sayingIn(2, [authenticationOk, ...settled], 'scram'),
    said: 'came out of turn',
    code: '08P01',
  },
  inStatement(
    'sends a row of too few columns',
    'DataRow has 1 columns, where 2 were described',
    ...begun,
    dataRow('1'),
    ...ended,
  ),
  inStatement(
    'sends a row of too many columns',
    'DataRow has 3 columns, where 2 were described',
    ...begun,
    dataRow('1', '2', '3'),
    ...ended,
  ),
  inStatement(
    'sends a row that is cut off',
    'DataRow is too short for what it says',
    ...begun,
    message('D', int16(2), int32(1), Buffer.from('x')),
    ...ended,
  ),
  inStatement(
    'sends a row with a column beyond its end',
    'DataRow is',
    ...begun,
    message('D', int16(2), int32(-1), int32(100), Buffer.from('x')),
    ...ended,
  ),
  inStatement(
    'sends a row with a negative column',
    'DataRow is too short for what it says',
    ...begun,
    message('D', int16(2), int32(-2), int32(-1)),
    ...ended,
  ),
  inStatement(
    'sends a row with something left over',
    'DataRow is not as long as what it says',
    ...begun,
    message('D', int16(2), int32(-1), int32(-1), zeros(1)),
    ...ended,
  ),
  inStatement(
    'sends rows before it has described them',
    'DataRow out of turn',
    parseComplete,
    bindComplete,
    dataRow('1', '2'),
    ...ended,
  ),
  inStatement(
    'sends rows of what has none',
    'DataRow out of turn',
    parseComplete,
    bindComplete,
    message('n'),
    dataRow('1'),
    ...ended,
  ),
  inStatement(
    'describes fewer columns than it says',
    'RowDescription has a text without an end',
    parseComplete,
    bindComplete,
    message('T', int16(3), texts('a'), zeros(18)),
    ...ended,
  ),
  inStatement(
    'describes a negative number of columns',
    'RowDescription has a negative number of columns',
    parseComplete,
    bindComplete,
    message('T', int16(-1)),
    ...ended,
  ),
  inStatement(
    'describes binary columns',
    'RowDescription has a column that is not text',
    parseComplete,
    bindComplete,
    message('T', int16(1), texts('a'), zeros(16), int16(1)),
    ...ended,
  ),
  inStatement('describes twice', 'RowDescription out of turn', ...begun, rowDescription('c'), ...ended),
  inStatement('skips a step', 'BindComplete out of turn', bindComplete, ...ended),
  inStatement(
    'wants to copy',
    'CopyInResponse out of turn',
    parseComplete,
    bindComplete,
    examples['CopyInResponse'] ?? zeros(0),
  ),
  inStatement(
    'has a tag without an end',
    'CommandComplete has a text without an end',
    ...begun,
    message('C', Buffer.from('SELECT 1')),
    readyForQuery,
  ),
  inStatement(
    'has another status',
    'ReadyForQuery has an unknown status',
    ...begun,
    commandComplete('SELECT 0'),
    message('Z', Buffer.from('X')),
  ),
  inStatement('asks for a password again', 'out of turn', authentication(3)),
  inStatement('suspends what has no limit', 'PortalSuspended out of turn', ...begun, message('s'), readyForQuery),
  inStatement('says something unknown', 'a message of the unknown type 0x7e out of turn', message('~', texts('hello'))),
  inStatement(
    'has a notice beyond all measure',
    'NoticeResponse is longer than 64 KiB',
    message('N', Buffer.alloc(70_000, 'x')),
  ),
  inStatement(
    'never stops noticing',
    'more than 1 MiB that nobody asked for',
    ...Array.from({ length: 40_000 }, () => examples['NoticeResponse'] ?? zeros(0)),
  ),
  inStatement('is ready again and again', 'ReadyForQuery out of turn', ...begun, ...ended, readyForQuery),
]
