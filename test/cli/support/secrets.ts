/** Of the right form, and nowhere else in what is printed. */
export const licenseKey = 'c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2NRAL'

/** Of the role `secretive`. */
export const password = 'hunter2-0f3a-tr0ub4dor'
