import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from '../../src/yaml/nearest.ts'

test('a word that is there is nearest to itself', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), fc.nat(), (words, pick) => {
      const word = words[pick % words.length] ?? ''
      expect(nearest(word, words)).toBe(word)
    }),
  )
})

test('a slip is found, another word is not', () => {
  const words = ['endpoint', 'username', 'password']
  expect(nearest('endpont', words)).toBe('endpoint')
  expect(nearest('Pasword', words)).toBe('password')
  expect(nearest('user_name', words)).toBe('username')
  expect(nearest('xyz', words)).toBeUndefined()
  expect(nearest('y', ['x', 'on'])).toBeUndefined()
  expect(nearest('endpoint', [])).toBeUndefined()
})
