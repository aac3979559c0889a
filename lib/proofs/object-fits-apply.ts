import type { Proof } from './proof';

/** Client-side apply keeps a copy of the object in an annotation, and annotations hold so many bytes. */
const APPLY_BYTES = 262_144;

/**
 * Every object can be applied by every engine.
 *
 * Fails: a ConfigMap of dashboards with 300 kB, through CDK's `kubectl apply`.
 */
export const objectFitsApply: Proof = {
  name: 'object-fits-apply',
  about: 'Objects stay below the 262,144 bytes that a client-side apply can carry.',
  check({ rendered }) {
    const findings = rendered.objects.flatMap(({ id: object, json }) => {
      const text = JSON.stringify(json);
      // UTF-8 takes at most three bytes for a UTF-16 unit.
      if (text.length * 3 <= APPLY_BYTES) return [];
      const bytes = Buffer.byteLength(text);
      if (bytes <= APPLY_BYTES) return [];
      const isFiles = json.kind === 'ConfigMap';
      return [
        {
          object,
          what: `has ${bytes} bytes as JSON, and a client-side apply carries ${APPLY_BYTES}`,
          why: 'it keeps a copy in an annotation: "metadata.annotations: Too long"',
          fix: isFiles
            ? 'split its files over several ConfigMaps'
            : 'bring it by a chart, or make it smaller',
        },
      ];
    });
    return { findings, checked: rendered.objects.length };
  },
};
