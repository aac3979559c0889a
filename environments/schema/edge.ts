import { oneOf, wordOr } from '../choices';
import { listOf, objectOf, optional, withDefault } from '../fields';
import { integer, string } from '../scalars';
import { cidr, label } from './text';

const certificate = string('ARN of a certificate in ACM', {
  pattern: /^arn:aws(-cn|-us-gov)?:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
  format: 'the ARN of a certificate, such as arn:aws:acm:us-east-1:111122223333:certificate/…',
});

/** The load balancer and TLS in front of every host. */
export const edge = objectOf('What stands in front of gateway.host and observability.langfuse.host', {
  access: withDefault(
    wordOr(
      'internal',
      objectOf("Who reaches the load balancer: 'internal', or { public: [ranges] }", {
        public: listOf('Ranges of the internet that reach it', string('Range', cidr), { min: 1 }),
      }),
    ),
    'internal',
  ),
  tls: optional(
    oneOf('Who ends TLS: acm, issuer or self-signed', {
      by: 'kind',
      of: {
        acm: objectOf('The load balancer, with certificates of ACM', {
          certificates: listOf('Certificates; each host is in one of them', certificate, { min: 1 }),
        }),
        issuer: objectOf('The proxies, with certificates of cert-manager', {
          name: string('Name of a ClusterIssuer that is yours', label),
        }),
        'self-signed': objectOf('The proxies, with certificates that nobody trusts', {}),
      },
    }),
  ),
  bodyMiB: optional(integer('Largest request, in MiB', { min: 1, max: 1024 })),
  replicas: optional(integer("Proxies; absent means the tier's number", { min: 1 })),
});
