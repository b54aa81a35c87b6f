/** The atoms of UCUM (https://ucum.org/ucum) that have a use here, with the prefixes that they are written with. */
const atoms = new Set('ns us ms s min h d 1 % Hz Cel bit By kBy MBy GBy KiBy MiBy GiBy'.split(' '))

/** An atom, an annotation, or an atom with an annotation. */
const factor = /^([A-Za-z0-9%]*)(\{[^{}\s]+\})?$/

/** Whether the text is a unit of UCUM: atoms and `{annotations}` in products (`.`) and quotients (`/`). May be empty. */
export function isUnit(text: string): boolean {
  return text === '' || text.split(/[./](?![^{]*\})/).every(isFactor)
}

function isFactor(text: string): boolean {
  const [match, atom, annotation] = factor.exec(text) ?? []
  if (match === undefined || match === '') return false
  return atom === '' ? annotation !== undefined : atoms.has(atom ?? '')
}
