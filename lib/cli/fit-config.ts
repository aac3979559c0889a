import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Checkpoint, readConfig } from '../catalog';
import { WrongCall } from './wrong-call';

/** No config.json is this large; a checkpoint that is handed in by mistake must not be read. */
const MOST_BYTES = 4 * 1024 * 1024;

/** The model of a config.json; every fault of the file is named with its place. */
export function checkpointFrom(path: string, cwd: string, name?: string): Checkpoint {
  const text = textOf(path, cwd);
  const folder = basename(dirname(resolve(cwd, path)));
  const read = readConfig(withBlock(parsed(path, text), path, cwd), name ?? folder);
  if ('checkpoint' in read) return read.checkpoint;
  const lines = read.faults.map(
    ({ field, what, fix }) => `${path}${placeOf(text, field)}: '${field}' ${what}\n    fix: ${fix}`,
  );
  throw new WrongCall(lines.join('\n  '));
}

function textOf(path: string, cwd: string): string {
  try {
    const bytes = readFileSync(resolve(cwd, path));
    if (bytes.length > MOST_BYTES)
      throw new WrongCall(`${path}: is no config.json: it has ${bytes.length} bytes`);
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof WrongCall) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'is a folder'
          : `cannot be read (${code})`;
    throw new WrongCall(`${path}: ${why}; fix: name the config.json of a model`);
  }
}

/** NVIDIA's publishers say how they quantized in a file of its own, beside the other. */
function withBlock(config: unknown, path: string, cwd: string): unknown {
  const block = join(dirname(resolve(cwd, path)), 'hf_quant_config.json');
  const object = typeof config === 'object' && config !== null && !Array.isArray(config);
  if (!object || 'quantization_config' in config || !existsSync(block)) return config;
  const said = parsed(block, textOf(block, cwd));
  if (typeof said !== 'object' || said === null) return config;
  return { ...config, quantization_config: { quant_method: 'modelopt', ...said } };
}

/** Python writes numbers without end that JSON has not. */
const ENDLESS = /(?<=[[:,]\s*)(-?Infinity|NaN)(?=\s*[\],}])/g;

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(ENDLESS, 'null'));
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const place = at === undefined ? '' : lineOf(text, Number(at));
    throw new WrongCall(`${path}${place}: is not JSON; fix: copy the model's config.json whole`);
  }
}

function placeOf(text: string, field: string): string {
  const at = text.indexOf(`"${field}"`);
  return at < 0 ? '' : lineOf(text, at);
}

function lineOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
