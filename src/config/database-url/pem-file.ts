import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { readFailure } from '../references/resolve.ts'

/** A file of certificates in PEM; its text after parsing. */
export const certificateFile = pemFile('a certificate', (pem) => new X509Certificate(pem))

/** A file with a private key in PEM, without a passphrase; its text after parsing. */
export const keyFile = pemFile('a private key without a passphrase', createPrivateKey)

function pemFile(what: string, check: (pem: string) => unknown) {
  return z.string().transform((path, context) => {
    const fault = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    let pem: string
    try {
      pem = readFileSync(path, 'utf8')
    } catch (error) {
      return fault(`can't read ${path}: ${readFailure(error)}`)
    }
    try {
      check(pem)
      return pem
    } catch {
      return fault(`expected ${what} in PEM in ${path}, found something else`)
    }
  })
}
