import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A start of vLLM that somebody published: with what, on what, and what came of it. */
export interface Published {
  readonly source: string;
  readonly model: string;
  /** A card by name, or GiB as sold where the log names none. */
  readonly card: string | number;
  readonly mig?: string;
  readonly tp?: number;
  readonly ep?: boolean;
  readonly context: number;
  /** Absent where the log shows none: 0.9, or 0.92 from 0.2x on. */
  readonly utilization: number;
  readonly batched?: number;
  readonly sequences?: number;
  readonly fp8Cache?: boolean;
  readonly dtype?: string;
  readonly started: boolean;
  /** What the log says, in GiB of one GPU: weights, activation, outside torch, graphs, what was left for the cache. */
  readonly seen?: readonly (number | null)[];
}

/** A line each. Sources: an issue, a page, a log in a public repository, or a public file by its id in a file index. */
export const PUBLISHED: readonly Published[] = readFileSync(join(__dirname, 'starts.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Published);
