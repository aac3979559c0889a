import type { Proof } from './proof';
import { queriesOf } from './queries';

/**
 * Every query of a rule, an autoscaler or a dashboard is one that Prometheus can read.
 *
 * Fails: an alert on `sum(rate(errors_total[5m])`.
 */
export const queryParses: Proof = {
  name: 'query-parses',
  about: 'Every query of rules, autoscalers and dashboards parses, and its parts fit together.',
  check({ rendered }) {
    const queries = queriesOf(rendered);
    const findings = queries.flatMap(({ object, of, text, parsed }) =>
      'fault' in parsed
        ? [
            {
              object,
              what: `${of}: ${parsed.fault} (character ${parsed.at + 1} of \`${text}\`)`,
              why: object.startsWith('PrometheusRule/')
                ? 'the operator of Prometheus refuses the object, or Prometheus its whole file: no alert of it ever fires'
                : 'Prometheus answers with an error: nothing is scaled and nothing is shown',
              fix: 'write the query as Prometheus reads it; `promtool promql format` shows how',
            },
          ]
        : [],
    );
    return {
      findings,
      checked: queries.length,
      ...(queries.length ? {} : { skipped: 'no queries: nothing here asks Prometheus' }),
    };
  },
};
