import { listOf, objectOf, withDefault } from '../fields';
import { string } from '../scalars';
import { label } from './text';

/** Work that runs to its end. */
export const batch = objectOf('Jobs that wait in queues for room on GPU pools', {
  pools: listOf('GPU pools that have a queue each, called like the pool', string('Pool', label), { min: 1 }),
  namespaces: withDefault(
    listOf(
      "Namespaces, beside 'batch', whose Jobs may wait there; they are made",
      string('Namespace', label),
    ),
    [],
  ),
});
