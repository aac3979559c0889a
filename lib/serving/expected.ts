import type { Construct } from 'constructs';

/** A call that some other construct owes this one: synth says the problem until what this returns is called. */
export function expected(at: Construct, problem: string): () => void {
  let came = false;
  at.node.addValidation({ validate: () => (came ? [] : [problem]) });
  return () => {
    came = true;
  };
}
