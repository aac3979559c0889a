import { describe, expect, test } from 'vitest';
import { isExtended } from '../../../lib/schemas/rules/resources';
import { podWith, problems } from './fixtures';

const resources = (requests?: object, limits?: object) =>
  problems(podWith({ resources: { requests, limits } }));

describe('requests and limits', () => {
  test('a request is not more than its limit, whatever the units', () => {
    expect(resources({ cpu: '500m', memory: '1Gi' }, { cpu: 0.5, memory: '1073741824' })).toEqual([]);
    expect(resources({ cpu: '501m', memory: '1Gi' }, { cpu: 0.5, memory: '1G' })).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.requests.cpu: is 501m, more than the limit 0.5",
        "spec.containers[0].resources.requests.memory: is 1Gi, more than the limit 1G",
      ]
    `);
  });

  test('a quantity reads as one and is not negative', () => {
    expect(resources({ cpu: '-1', memory: '4GB' })).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.requests.memory: must be a quantity such as 500m or 2Gi, not '4GB'",
        "spec.containers[0].resources.requests.cpu: must not be negative, and is -1",
      ]
    `);
  });

  test('a resource is a known one or has a domain', () => {
    expect(
      resources({ gpu: 1, memry: '1Gi', 'hugepages-2Mi': '4Mi' }, { 'hugepages-2Mi': '4Mi' }),
    ).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.requests.gpu: unknown resource 'gpu': other than cpu, memory, ephemeral-storage and hugepages- it needs a domain",
        "spec.containers[0].resources.requests.memry: unknown resource 'memry': other than cpu, memory, ephemeral-storage and hugepages- it needs a domain",
      ]
    `);
  });
});

describe('devices', () => {
  test('are asked for as they are limited, in whole numbers', () => {
    expect(resources({ 'nvidia.com/gpu': 4 }, { 'nvidia.com/gpu': '4' })).toEqual([]);
    expect(resources(undefined, { 'nvidia.com/gpu': 1 })).toEqual([]);
    expect(resources({ 'nvidia.com/gpu': 4 })).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.requests[nvidia.com/gpu]: needs a limit: nvidia.com/gpu cannot be overcommitted",
      ]
    `);
    expect(resources({ 'nvidia.com/gpu': 1 }, { 'nvidia.com/gpu': 2 })).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.requests[nvidia.com/gpu]: is 1, and the limit 2: nvidia.com/gpu cannot be overcommitted, so both must be equal",
      ]
    `);
    expect(resources(undefined, { 'nvidia.com/gpu': '500m' })).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.limits[nvidia.com/gpu]: must be a whole number, and is 500m",
      ]
    `);
  });

  test('have qualified names', () => {
    expect(resources(undefined, { 'example.com/g p u': 1 })).toHaveLength(1);
  });

  test('are what has a domain that is not Kubernetes itself', () => {
    expect(
      ['nvidia.com/mig-1g.10gb', 'cpu', 'example.kubernetes.io/x', 'vpc.amazonaws.com/efa'].map(isExtended),
    ).toEqual([true, false, false, true]);
  });

  test('claims are claims of the pod', () => {
    const container = { resources: { claims: [{ name: 'gpu' }] } };
    const claim = { name: 'gpu', resourceClaimTemplateName: 'gpu' };
    expect(problems(podWith(container, { resourceClaims: [claim] }))).toEqual([]);
    expect(problems(podWith(container))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].resources.claims[0].name: names no resourceClaim of the pod: 'gpu'",
      ]
    `);
  });
});
