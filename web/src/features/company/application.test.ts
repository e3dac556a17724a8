import { describe, expect, it } from 'vitest';
import type { CompanyApplication } from '~/api/types';
import { applicationProblems, emptyApplication } from './application';

const good: CompanyApplication = {
  name: '한소라 니트',
  slug: 'hansora-knit',
  businessNumber: '123-45-67891',
  representative: '한소라',
  mailOrderNumber: '제2026-서울강남-0123호',
  contactEmail: 'sora@example.com',
  contactPhone: '010-1234-5678',
};

function check(change: Partial<CompanyApplication>, wrong: (keyof CompanyApplication)[]) {
  expect(Object.keys(applicationProblems({ ...good, ...change }))).toEqual(wrong);
}

describe('an application', () => {
  it('is wrong exactly where it is wrong', () => {
    check({}, []);
    check({ businessNumber: '1234567891' }, []);
    check({ businessNumber: '123-45-67890' }, ['businessNumber']);
    check({ name: '  ' }, ['name']);
    check({ contactEmail: 'sora' }, ['contactEmail']);
    expect(Object.keys(applicationProblems(emptyApplication))).toHaveLength(7);
  });

  it.each(['ab', '1abc', 'abc-', 'a--b', 'Hanbit', '한빛', 'a'.repeat(31)])('has no address %s', (slug) => {
    check({ slug }, ['slug']);
  });
});
