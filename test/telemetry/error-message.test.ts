import { expect, test } from 'vitest'
import { errorMessage } from '../../src/telemetry/error-message.ts'

for (const { claim, thrown, message } of [
  { claim: 'an error says its message', thrown: new Error('lock timeout'), message: 'lock timeout' },
  {
    claim: 'errors without a message of their own say those they gather',
    thrown: new AggregateError([
      new Error('connect ECONNREFUSED ::1:5432'),
      new Error('connect ECONNREFUSED 127.0.0.1:5432'),
    ]),
    message: 'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
  },
  { claim: 'an error that says nothing says its name', thrown: new TypeError(), message: 'TypeError' },
  { claim: 'what is no error says itself', thrown: 'gone', message: 'gone' },
]) {
  test(claim, () => expect(errorMessage(thrown)).toBe(message))
}
