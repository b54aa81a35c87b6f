import { messageType } from './message-codes.ts'

/** An ErrorResponse in place of one that can't be handed on. */
export function errorResponse(code: string, message: string): Buffer {
  const body = Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`)
  const frame = Buffer.alloc(5 + body.length)
  frame.writeUInt8(messageType.errorResponse, 0)
  frame.writeInt32BE(4 + body.length, 1)
  body.copy(frame, 5)
  return frame
}
