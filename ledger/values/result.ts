/** Outcomes that the caller must look at. Wrong input is a value, never an exception. */

export type Result<Value, Problem> = Ok<Value> | Err<Problem>;

export interface Ok<Value> {
  readonly ok: true;
  readonly value: Value;
}

export interface Err<Problem> {
  readonly ok: false;
  readonly problem: Problem;
}

export const ok = <Value>(value: Value): Ok<Value> => ({ ok: true, value });
export const err = <Problem>(problem: Problem): Err<Problem> => ({ ok: false, problem });

/** What a decoder says of input that it refuses: where, and what was wrong there. */
export interface DecodeProblem {
  /** Path of the offending field, such as `outputs[3].amount`; empty for the whole value. */
  readonly path: string;
  /** One sentence that says what was wrong and what is expected. */
  readonly detail: string;
}
