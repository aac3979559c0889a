import { type Checkpoint, findCheckpoint, type GpuCard, instances } from '../../lib/catalog';

export function checkpoint(name: string): Checkpoint {
  const found = findCheckpoint(name);
  if (!found) throw new Error(`the catalog lacks ${name}`);
  return found;
}

export function cardNamed(name: string): GpuCard {
  const card = instances().find(({ gpu }) => gpu && gpu.count > 0 && gpu.name === name)?.gpu;
  if (!card) throw new Error(`the catalog lacks ${name}`);
  return card;
}
