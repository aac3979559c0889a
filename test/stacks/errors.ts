import type { Finding } from '../../lib/core';
import type { Built } from '../../stacks/build';

/** What a twin is refused for: that it is one is merely told. */
export const errorsOf = ({ findings }: Pick<Built, 'findings'>): readonly Finding[] =>
  findings.filter(({ severity }) => severity === 'error');
