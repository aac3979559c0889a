import { describe, expect, test } from 'vitest';
import { awsPlus, awsWith } from '../files';

const ARN = 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';
const HOST = 'gateway: { host: llm.example.com }\n';

describe('edge', () => {
  test('keys', () => {
    const text =
      'edge: { access: public, tls: { kind: acm, certificates: [cert, ] }, bodyMiB: 0, host: a }\n';
    expect(awsPlus(text + HOST)).toMatchInlineSnapshot(`
      "env.yaml
        23:17  edge.access: 'public' is neither 'internal' nor a map: Who reaches the load balancer: 'internal', or { public: [ranges] }
        23:58  edge.tls.certificates[0]: 'cert' is not the ARN of a certificate, such as arn:aws:acm:us-east-1:111122223333:certificate/…
        23:78  edge.bodyMiB: 0 is below the least, 1
        23:81  edge.host: unknown key; known here: access, tls, bodyMiB, replicas
      4 problems; nothing was synthesized"
    `);
  });

  test('ranges of the internet', () => {
    const text = `edge: { access: { public: [] }, tls: { kind: self-signed } }\n`;
    expect(awsPlus(text + HOST)).toMatchInlineSnapshot(`
      "env.yaml
        23:27  edge.access.public: has 0 entries; at least 1 must be there
      1 problem; nothing was synthesized"
    `);
  });

  test('a host without a certificate, a certificate without a host', () => {
    expect(awsPlus(HOST)).toMatchInlineSnapshot(`
      "env.yaml
        23:18  gateway.host: is a host without a certificate; set edge.tls: { kind: acm, certificates: [arn…] } or { kind: issuer, name: … }
      1 problem; nothing was synthesized"
    `);
    expect(awsPlus(`edge: { tls: { kind: acm, certificates: ["${ARN}"] } }\n`)).toMatchInlineSnapshot(`
      "env.yaml
        23:7  edge: nothing reads this without gateway.host or observability.langfuse.host
      1 problem; nothing was synthesized"
    `);
  });

  test('two names for one host', () => {
    const both = `${HOST}observability: { langfuse: { host: llm.example.com } }\n`;
    expect(awsPlus(`edge: { tls: { kind: issuer, name: ca } }\n${both}`)).toMatchInlineSnapshot(`
      "env.yaml
        25:36  observability.langfuse.host: 'llm.example.com' is gateway.host too; give each its own
      1 problem; nothing was synthesized"
    `);
  });
});

describe('routing', () => {
  const chat = '  chat: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4 }';
  const model = (more: string) =>
    awsWith([chat, `${chat}\n  next: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4, ${more} }`]);

  test('keys of one kind are not read with the other', () => {
    expect(model('routing: { kind: service, profile: cache }')).toMatchInlineSnapshot(`
      "env.yaml
        16:81  models.next.routing.profile: is not read with kind 'service', only with 'picker'
      1 problem; nothing was synthesized"
    `);
    expect(model('routing: { kind: gateway }')).toMatchInlineSnapshot(`
      "env.yaml
        16:72  models.next.routing.kind: 'gateway' is not one of picker, service
      1 problem; nothing was synthesized"
    `);
  });

  test('weights', () => {
    const weighed = 'kind: picker, profile: cache, scorers: { queue: 0, prefx: 1 }';
    expect(model(`routing: { ${weighed} }`)).toMatchInlineSnapshot(`
      "env.yaml
        16:64   models.next.routing: a picker chooses among replicas, and there is at most 1; use kind: service, or raise 'replicas.max'
        16:105  models.next.routing.scorers: stands beside 'profile'; keep one of the two
        16:105  models.next.routing.scorers: weighs nothing; give one a weight above 0
        16:117  models.next.routing.scorers.prefx: unknown key; did you mean 'prefix'?
      4 problems; nothing was synthesized"
    `);
    expect(model('routing: { kind: picker, scorers: { queue: 0 } }')).toMatchInlineSnapshot(`
      "env.yaml
        16:64  models.next.routing: a picker chooses among replicas, and there is at most 1; use kind: service, or raise 'replicas.max'
        16:89  models.next.routing.scorers: weighs nothing; give one a weight above 0
      2 problems; nothing was synthesized"
    `);
  });

  test('splits', () => {
    const text = 'gateway: { splits: { chat: { chat: 100 }, new: { chta: 50, chat: 49 }, old: {} } }\n';
    expect(awsPlus(text)).toMatchInlineSnapshot(`
      "env.yaml
        23:28  gateway.splits.chat: 'chat' is a model or a provider here too; give the split another name
        23:36  gateway.splits.chat.chat: 'chat' has no picker, and a split goes to pickers; give it routing: { kind: picker }
        23:48  gateway.splits.new: weights add up to 99; they are percent of the requests, so let them add up to 100
        23:56  gateway.splits.new.chta: 'chta' is not a model here
        23:66  gateway.splits.new.chat: 'chat' has no picker, and a split goes to pickers; give it routing: { kind: picker }
        23:77  gateway.splits.old: names no model; give it at least one
      6 problems; nothing was synthesized"
    `);
  });

  test('a name that the gateway has', () => {
    const text = '  inference-gateway: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4 }';
    expect(awsWith([chat, `${chat}\n${text}`])).toMatchInlineSnapshot(`
      "env.yaml
        16:22  models.inference-gateway: 'inference-gateway' is the gateway in front of pickers; choose another name
      1 problem; nothing was synthesized"
    `);
  });
});
