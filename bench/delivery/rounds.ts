export const rounds = 5
