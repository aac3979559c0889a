import { oneOf } from '../choices';
import { mapOf, objectOf, optional } from '../fields';
import { enumOf, integer, number } from '../scalars';
import { label } from './text';

const weight = (about: string) => optional(number(about, { min: 0, max: 100 }));

/** How requests find a replica of a model. */
export const routing = oneOf('How requests find a replica: picker or service', {
  by: 'kind',
  of: {
    picker: objectOf('The endpoint picker takes the replica that answers best', {
      profile: optional(enumOf('What is weighed', ['cache', 'load', 'adapters', 'sessions'])),
      scorers: optional(
        objectOf('What is weighed, one by one, instead of a profile', {
          prefix: weight('The beginning of the prompt in its cache'),
          queue: weight('A short queue'),
          kvUtilization: weight('A free KV cache'),
          lora: weight('The adapter loaded'),
          session: weight('The replica of this session, by header x-session-id'),
        }),
      ),
      prefix: optional(
        enumOf('How it knows who holds the beginning of a prompt: by what it sent, or by what engines tell', [
          'approximate',
          'precise',
        ]),
      ),
      pickers: optional(
        integer('Pickers that choose, each by itself: one of several may be lost; absent means 1', {
          min: 1,
          max: 3,
        }),
      ),
      onFailure: optional(
        enumOf('Without a picker: open takes any replica (istio alone), close refuses', ['open', 'close']),
      ),
      priorities: optional(
        mapOf(
          'How urgent requests are; below 0 is shed first',
          label,
          integer('Priority', { min: -1000, max: 1000 }),
        ),
      ),
    }),
    service: objectOf('The Service takes any replica', {}),
  },
});
