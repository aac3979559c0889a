/** The call is wrong; its message says how. */
export class WrongCall extends Error {}
