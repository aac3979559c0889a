/** A query with one character less, at each of its places: some still parse, most do not. */
export const shortened = (query: string): string[] =>
  [...query].map((_, at) => query.slice(0, at) + query.slice(at + 1));
