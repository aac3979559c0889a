import { expect, test } from 'vitest';
import { findCard, gpuNames, namedCards, otherMaker } from '../../lib/catalog';

test.each([
  ['H100', 'H100'],
  ['h100-sxm5-80gb', 'H100'],
  ['NVIDIA H100 80GB HBM3', 'H100'],
  ['H100-PCIe', 'H100'],
  ['H100-NVL', 'H100-NVL'],
  ['H100-94GB', 'H100-NVL'],
  ['H200-141GB', 'H200'],
  ['NVIDIA A100-SXM4-40GB', 'A100-40'],
  ['A100 80GB PCIe', 'A100-80'],
  ['Tesla T4', 'T4'],
  ['T4-16GB', 'T4'],
  ['A10', 'A10'],
  ['A10G-24GB', 'A10G'],
  ['L40S-48GB', 'L40S'],
  ['NVIDIA L40', 'L40'],
  ['B200-192GB', 'B200'],
  ['B300-288GB', 'B300'],
  ['GB200', 'GB200'],
  ['NVIDIA GB200', 'GB200'],
  ['NVIDIA GeForce RTX 4090', 'RTX-4090'],
  ['4090', 'RTX-4090'],
  ['RTX PRO 6000 Blackwell Server Edition', 'RTX-PRO-6000'],
  ['A6000', 'RTX-A6000'],
])('%s is %s', (spelled, name) => {
  expect(findCard(spelled)?.name).toBe(name);
});

test('a name of two cards is sure of the smaller, and at best the larger', () => {
  expect(findCard('A100')).toMatchObject({
    name: 'A100',
    visibleGiB: findCard('A100-40')?.visibleGiB,
    mostVisibleGiB: findCard('A100-80')?.mostVisibleGiB,
    estimated: true,
  });
});

test('every card finds itself, and hands out no more than it has', () => {
  for (const card of namedCards()) {
    expect(findCard(card.name)).toEqual(card);
    expect(card.visibleGiB).toBeLessThanOrEqual(card.mostVisibleGiB);
    // A name that is sold in two sizes is sure of the smaller.
    if (!card.estimated) expect(card.visibleGiB / card.mostVisibleGiB).toBeGreaterThan(0.96);
  }
  expect(
    namedCards()
      .slice(0, gpuNames().length)
      .map(({ name }) => name),
  ).toEqual(gpuNames());
});

test.each([
  ['A100-80G', 'A100-80'],
  ['H200 NVL', 'H200'],
  ['GB200 NVL72', 'GB200'],
  ['RTX PRO 6000 Blackwell Max-Q Workstation Edition', 'RTX-PRO-6000'],
  ['RTX 6000 Ada Generation', 'RTX-6000-Ada'],
  ['RTX 5060 Ti 16GB', 'RTX-5060-Ti-16'],
  ['RTX 4090 48GB', 'RTX-4090-48'],
  ['Quadro RTX 8000', 'RTX-8000'],
  ['Tesla P40', 'P40'],
])('%s is %s', (spelled, name) => {
  expect(findCard(spelled)?.name).toBe(name);
});

test.each([
  ['MI300X', 'AMD'],
  ['Gaudi 3', 'Intel'],
  ['TPU v5e', 'Google'],
  ['Trainium2', 'AWS'],
  ['Ascend 910B', 'Huawei'],
  ['Apple M3 Max', 'Apple'],
])('%s is made by %s', (name, maker) => {
  expect(findCard(name)).toBeUndefined();
  expect(otherMaker(name)).toBe(maker);
});

test('no card of the catalog is taken for another maker', () => {
  expect(namedCards().filter(({ name }) => otherMaker(name))).toEqual([]);
});

test('what is no card is not guessed', () => {
  for (const name of ['MI300X', 'L5', 'H100-160GB', '']) expect(findCard(name)).toBeUndefined();
});
