import type { Construct } from 'constructs';
import { findModel, readConfig } from '../catalog';
import { didYouMean, images, PlatformError } from '../core';
import { QUANTIZATIONS } from './quantizations';
import { vllmFlags } from './vllm-flags';
import type { VllmServiceProps } from './vllm-service';

export function mustRead(server: Construct, config: Readonly<Record<string, unknown>>, model: string): void {
  const read = readConfig(config, model);
  if (!('faults' in read)) return;
  const [{ field, what, fix }] = read.faults;
  const more = read.faults.slice(1).map((fault) => `'${fault.field}' ${fault.what}`);
  throw new PlatformError(server, {
    what: [`'config.${field}' ${what}`, ...more].join('; '),
    why: 'what a model takes follows from its shape, and this is part of it',
    fix,
  });
}

export function mustQuantize(server: Construct, method: string | undefined): void {
  if (method === undefined || QUANTIZATIONS.includes(method)) return;
  throw new PlatformError(server, {
    what: `'quantization' is '${method}', which vLLM ${vllmFlags().version} does not know${didYouMean(method, QUANTIZATIONS)}`,
    why: 'its parser takes any text, and its engine ends at its start, after its node has been launched',
    fix: `write one of ${QUANTIZATIONS.join(', ')}`,
  });
}

export function mustBePart(server: Construct, utilization: number): void {
  if (utilization > 0 && utilization <= 1) return;
  throw new PlatformError(server, {
    what: `'utilization' is ${utilization}`,
    why: "it is a part of the GPU's memory, above 0 and at most 1",
    fix: 'write a part, such as 0.92',
  });
}

/** Keys that speak of answers in words. */
const OF_ANSWERS = ['toolParser', 'reasoningParser', 'structuredOutputs', 'speculative'] as const;

export function mustGenerate(server: Construct, { task = 'generate', ...props }: VllmServiceProps): void {
  const idle = OF_ANSWERS.find((key) => props[key] !== undefined);
  if (task === 'generate' || !idle) return;
  throw new PlatformError(server, {
    what: `has '${idle}' and task '${task}'`,
    why: 'it speaks of answers to prompts, and such a model gives none',
    fix: `delete ${idle}`,
  });
}

export function mustHear(server: Construct, { task, image }: VllmServiceProps): void {
  if (task !== 'transcribe' || image) return;
  const version = images.vllm.split(':v')[1];
  throw new PlatformError(server, {
    what: "has task 'transcribe' on vLLM's own image",
    why: 'that comes without the libraries that decode sound: the server starts, and refuses every upload',
    fix: `build one (FROM ${images.vllm}, RUN pip install 'vllm[audio]==${version}') and name it in 'image'`,
  });
}

export function mustSee(server: Construct, { model, mediaPerPrompt }: VllmServiceProps): void {
  const known = mediaPerPrompt && findModel(model);
  if (!known || known.multimodal) return;
  throw new PlatformError(server, {
    what: `has 'mediaPerPrompt', and ${model} reads only text`,
    why: 'the engine passes over limits of what a model does not take, and nothing is saved',
    fix: 'delete mediaPerPrompt',
  });
}
