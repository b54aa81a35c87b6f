/** As the program is started: src/main.ts, first line. */
export const asShipped = ['--max-semi-space-size=8']
export const rounds = 5
