const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const DAYS = 'sun|mon|tue|wed|thu|fri|sat';
/** An editor's schema knows no flag for capitals. */
const either = (names: string): string => `${names}|${names.toUpperCase()}`;
const RANGES = [
  '[0-5]?\\d',
  '(?:[01]?\\d|2[0-3])',
  '(?:0?[1-9]|[12]\\d|3[01])',
  `(?:0?[1-9]|1[0-2]|${either(MONTHS)})`,
  `(?:[0-6]|${either(DAYS)})`,
];

const field = (value: string): string => {
  const part = `(?:\\*|${value}(?:-${value})?)(?:/[1-9]\\d*)?`;
  return `${part}(?:,${part})*`;
};

/** Five fields of cron within their ranges; Sunday is 0. */
export const CRON = new RegExp(`^${RANGES.map(field).join(' ')}$`);

/** Whether such a text is five fields of cron, each range of which goes upward. */
export function isCron(text: string): boolean {
  const names = [...MONTHS.split('|'), ...DAYS.split('|')];
  const value = (word: string) => (/^\d/.test(word) ? Number(word) : names.indexOf(word.toLowerCase()));
  return (
    CRON.test(text) &&
    [...text.matchAll(/(\w+)-(\w+)/g)].every(([, from, to]) => {
      const both =
        [from, to].every((word) => /^\d/.test(word)) || ![from, to].some((word) => /^\d/.test(word));
      return !both || value(from) <= value(to);
    })
  );
}

/** Name of a time zone, such as `Europe/Berlin`, as its folder is spelled. */
export const TIME_ZONE = /^(UTC|[A-Z][A-Za-z]+(\/[A-Z][A-Za-z0-9_+-]*){1,2})$/;

/** Whether there is a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return TIME_ZONE.test(name);
  } catch {
    return false;
  }
}
