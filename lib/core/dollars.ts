/** Whole dollars with separators, as people read them; cents only below a hundred. */
export function dollars(usd: number): string {
  const text = usd < 99.995 ? usd.toFixed(2) : `${Math.round(usd)}`;
  return `$${text.replace(/\B(?=(\d{3})+(\.|$))/g, ',')}`;
}
