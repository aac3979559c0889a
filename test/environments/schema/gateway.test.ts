import { describe, expect, test } from 'vitest';
import { awsPlus, awsWith, localPlus } from '../files';

describe('gateway', () => {
  test('fallbacks', () => {
    const text = 'gateway: { fallbacks: { chta: [chat], chat: [chat, caht, other, other] } }\n';
    expect(awsPlus(text)).toMatchInlineSnapshot(`
      "env.yaml
        23:31  gateway.fallbacks.chta: 'chta' is neither a model nor a provider here; did you mean 'chat'?
        23:46  gateway.fallbacks.chat[0]: 'chat' cannot stand in for itself
        23:52  gateway.fallbacks.chat[1]: 'caht' is neither a model nor a provider here; did you mean 'chat'?
        23:58  gateway.fallbacks.chat[2]: 'other' is neither a model nor a provider here
        23:65  gateway.fallbacks.chat[3]: 'other' is listed twice
        23:65  gateway.fallbacks.chat[3]: 'other' is neither a model nor a provider here
      6 problems; nothing was synthesized"
    `);
  });

  test('providers, without quoting what may be a key', () => {
    const text =
      'gateway: { host: LLM, replicas: 0, providers: { c: { model: claude, secret: Abc-Def } } }\n';
    expect(awsPlus(text)).toMatchInlineSnapshot(`
      "env.yaml
        23:18  gateway.host: 'LLM' is not a host name such as llm.example.com
        23:18  gateway.host: is a host without a certificate; set edge.tls: { kind: acm, certificates: [arn…] } or { kind: issuer, name: … }
        23:33  gateway.replicas: 0 is below the least, 1
        23:61  gateway.providers.c.model: 'claude' is not a provider and model such as anthropic/claude-sonnet-4-5
        23:77  gateway.providers.c.secret: the text here is not a path such as providers/anthropic (the file names secrets and never holds one)
      5 problems; nothing was synthesized"
    `);
  });

  test('an alias stands for one thing, and its stand-in does the same', () => {
    const chat = '  chat: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4 }';
    const embed = '  embed: { model: BAAI/bge-m3, pool: l40s, task: embed }';
    const gateway = [
      'gateway:',
      '  providers: { chat: { model: openai/gpt-5, secret: providers/openai } }',
      '  fallbacks: { chat: [embed], embed: [chat] }',
    ];
    const text = [embed, ...gateway].join('\n');
    expect(awsWith([chat, `${chat}\n${text}`])).toMatchInlineSnapshot(`
      "env.yaml
        18:22  gateway.providers.chat: 'chat' is a model here too, and half of its requests would be bought; give one of the two another name
        19:23  gateway.fallbacks.chat[0]: 'embed' has task 'embed', and 'chat' has 'generate': it can answer none of its requests; name one with the same task
        19:39  gateway.fallbacks.embed[0]: 'chat' has task 'generate', and 'embed' has 'embed': it can answer none of its requests; name one with the same task
      3 problems; nothing was synthesized"
    `);
  });

  test('replicas: a number, or a range where somebody measures CPU', () => {
    expect(awsPlus('gateway: { replicas: { min: 2, max: 4 } }\n')).toBe('(loads)');
    expect(awsPlus('gateway: { replicas: { min: 2, most: 4 } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        23:22  gateway.replicas.max: is missing: Most replicas
        23:32  gateway.replicas.most: unknown key; known here: min, max
      2 problems; nothing was synthesized"
    `);
    expect(localPlus('gateway: { replicas: { min: 2, max: 4 } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        11:22  gateway.replicas: a range, but nobody measures CPU in an environment without 'aws', so that none would ever be added; write one number
      1 problem; nothing was synthesized"
    `);
  });
});
