import { describe, expect, it } from 'vitest';
import { ProblemError } from '../problem';
import { sentence, wordsFor } from './errors';

const problem = (status: number, code: string, detail = '') => new ProblemError({ status, code, detail });

describe('words for an error', () => {
  it('are the server’s own where it speaks of this very request', () => {
    expect(wordsFor(problem(409, 'limit_reached', '한 사람에 두 개까지예요.'))).toBe(
      '한 사람에 두 개까지예요.',
    );
  });

  it('are ours where the code says it all', () => {
    expect(wordsFor(problem(0, 'offline'))).toBe(sentence('offline'));
    expect(wordsFor(problem(409, 'sold_out'))).toBe(sentence('sold_out'));
  });

  it('are never missing and never English', () => {
    for (const error of [problem(500, 'http_500'), problem(418, 'never_heard_of'), new Error('boom'), null]) {
      expect(wordsFor(error)).toMatch(/^[가-힣\d ,.()]+\.$/);
    }
  });
});
