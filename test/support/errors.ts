import { expect } from 'chai';
import { type ErrorCode, HearkenError } from '../../src/errors.js';

/** Expect a promise to reject with one of the codes; returns the error. */
export async function rejects(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<HearkenError> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(HearkenError);
    expect((error as HearkenError).code).to.be.oneOf(codes);
    return error as HearkenError;
  }
  throw new Error(`expected a rejection with ${codes.join(' or ')}`);
}

/** The code of the HearkenError a function throws. */
export function codeOf(run: () => unknown): ErrorCode | undefined {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(HearkenError);
    return (error as HearkenError).code;
  }
  return undefined;
}
