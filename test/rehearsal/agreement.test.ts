import { describe, expect, test } from 'vitest';
import type { Finding } from '../../lib/core';
import { disagreements } from '../../lib/rehearsal/agreement';

const RAN = [{ name: 'pod-has-a-home' }, { name: 'rollout-can-finish' }];
const stuck = (owner: string) => ({ owner, wanted: 2, ready: 1, kubernetes: [], proofs: [] });
const finding = (proof: string, object: string): Finding => ({
  proof,
  object,
  severity: 'error',
  what: '',
  why: '',
  fix: '',
});

describe('verdicts of proofs and scheduler', () => {
  test('agree where both refuse, the maker of the pods included', () => {
    const both = [stuck('Deployment/serving/chat'), stuck('Kafka/data/events#broker')];
    const findings = [
      finding('pod-has-a-home', 'Deployment/serving/chat'),
      finding('rollout-can-finish', 'Kafka/data/events'),
    ];
    expect(disagreements(both, findings, RAN)).toEqual([]);
  });

  test('differ where a proof passed what stays Pending', () => {
    const other = finding('image-is-pinned', 'Deployment/serving/chat');
    expect(disagreements([stuck('Deployment/serving/chat')], [other], RAN)).toEqual([
      { owner: 'Deployment/serving/chat', proofs: 'pass', scheduler: 'leaves pending' },
    ]);
  });

  test('differ where a proof refused what runs, unless it speaks of what may happen', () => {
    const refused = [
      finding('pod-has-a-home', 'Deployment/a/b'),
      finding('rollout-can-finish', 'Deployment/c/d'),
    ];
    expect(disagreements([], refused, RAN)).toEqual([
      { owner: 'Deployment/a/b', proofs: 'refuse', scheduler: 'binds' },
    ]);
  });

  test('are not compared when no proof of placement ran', () => {
    expect(disagreements([stuck('Deployment/a/b')], [], [{ name: 'image-is-pinned' }])).toEqual([]);
  });
});
