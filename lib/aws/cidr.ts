/** One of the equal parts of a range: `part('10.0.0.0/16', 2, 1)` is `10.0.64.0/18`. */
export function part(cidr: string, bits: number, index: number): string {
  const { base, prefix } = parse(cidr);
  const size = 2 ** (32 - prefix - bits);
  return `${format(base + index * size)}/${prefix + bits}`;
}

/** Bits that number so many things. */
export const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(1, count)));

function parse(cidr: string): { base: number; prefix: number } {
  const [address, prefix] = cidr.split('/');
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(prefix));
  return { base: Math.floor(value / size) * size, prefix: Number(prefix) };
}

const format = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
