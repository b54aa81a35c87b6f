import { headerBytes, MessageBody } from './message-body.ts'
import { messageType, nameOf } from './message-codes.ts'
import { ProtocolFault } from './protocol-fault.ts'

/** A code is five of these (manual, appendix A); anything else would become an attribute's value as it is. */
const sqlStateFormat = /^[0-9A-Z]{5}$/
const sqlStateField = 'C'.charCodeAt(0)

const secretKeyBytes = { min: 4, max: 256 }
/** Of a column beside its name: table, number, type, size, modifier, format. */
const bytesBeforeFormat = 16
const textFormat = 0
/** Less than any length that a column can have. */
const unreadable = -2

type Check = (body: MessageBody) => void

const checks: Readonly<Record<number, Check>> = {
  [messageType.backendKeyData]: (body) => {
    body.int32()
    if (body.rest < secretKeyBytes.min || body.rest > secretKeyBytes.max) {
      throw body.malformed(`has a key of ${body.rest} bytes`)
    }
  },
  [messageType.commandComplete]: texts(1),
  [messageType.errorResponse]: fields,
  [messageType.noticeResponse]: fields,
  [messageType.notificationResponse]: (body) => {
    body.int32()
    texts(2)(body)
  },
  [messageType.parameterStatus]: texts(2),
  [messageType.readyForQuery]: (body) => {
    if (!'ITE'.includes(String.fromCharCode(body.byte()))) throw body.malformed('has an unknown status')
    body.end()
  },
  [messageType.rowDescription]: columns,
}

/**
 * Checks a whole message against the manual's "Message Formats": texts end, counts fit, nothing is left over. The
 * library's parser reads past the end of what doesn't.
 * @throws ProtocolFault
 */
export function checkFormat(frame: Buffer): void {
  const type = frame.readUInt8(0)
  const body = new MessageBody(frame, nameOf(type))
  const check = checks[type]
  if (check === undefined) body.end()
  else check(body)
}

/**
 * Checks a DataRow of so many columns, which is between these two places.
 * @throws ProtocolFault
 */
export function checkRow(bytes: Buffer, from: number, to: number, columns: number): void {
  let offset = from + headerBytes
  const count = offset + 2 > to ? undefined : bytes.readInt16BE(offset)
  if (count !== columns) throw malformedRow(`has ${count ?? 'no'} columns, where ${columns} were described`)
  offset += 2
  for (let index = 0; index < columns; index++) {
    const length = offset + 4 > to ? unreadable : bytes.readInt32BE(offset)
    // NULL has the length -1, and no bytes.
    if (length < -1) throw malformedRow('is too short for what it says')
    offset += length === -1 ? 4 : 4 + length
  }
  if (offset !== to) throw malformedRow('is not as long as what it says')
}

function malformedRow(how: string): ProtocolFault {
  return new ProtocolFault(`the server's ${nameOf(messageType.dataRow)} ${how}`)
}

function texts(count: number): Check {
  return (body) => {
    for (let index = 0; index < count; index++) body.pastText()
    body.end()
  }
}

/** A byte that says which and a text each, until a zero byte in place of the next. */
function fields(body: MessageBody): void {
  for (let field = body.byte(); field !== 0; field = body.byte()) {
    if (field !== sqlStateField) body.pastText()
    else if (!sqlStateFormat.test(body.text())) throw body.malformed('has no SQLSTATE for a code')
  }
  body.end()
}

function columns(body: MessageBody): void {
  const count = body.int16()
  if (count < 0) throw body.malformed('has a negative number of columns')
  for (let index = 0; index < count; index++) {
    body.pastText()
    body.skip(bytesBeforeFormat)
    if (body.int16() !== textFormat) throw body.malformed('has a column that is not text')
  }
  body.end()
}
