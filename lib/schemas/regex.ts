const compiled = new Map<string, RegExp>();

/**
 * A Go regular expression as a JavaScript one. Go may switch case off half-way (`^(?i)`, `((?i)`), JavaScript only for
 * the whole: such an expression accepts a little more here than in the API server, never less.
 */
export function goRegex(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (!regex) {
    regex = pattern.includes('(?i)') ? new RegExp(pattern.replaceAll('(?i)', ''), 'i') : new RegExp(pattern);
    compiled.set(pattern, regex);
  }
  return regex;
}
