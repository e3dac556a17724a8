// An application as it is typed, and what can be known to be wrong with it.

import type { Company, CompanyApplication } from '~/api/types';
import { businessNumberHolds, phone } from '~/shared/format/identity';
import { sentence } from '~/shared/words/errors';

export const emptyApplication: CompanyApplication = {
  name: '',
  slug: '',
  businessNumber: '',
  representative: '',
  mailOrderNumber: '',
  contactEmail: '',
  contactPhone: '',
};

/** What a company applied with, to be corrected. */
export const applicationOf = (company: Company): CompanyApplication => ({
  name: company.name,
  slug: company.slug,
  businessNumber: company.businessNumber,
  representative: company.representative,
  mailOrderNumber: company.mailOrderNumber,
  contactEmail: company.contactEmail,
  contactPhone: phone(company.contactPhone),
});

const missing: Record<keyof CompanyApplication, string> = {
  name: '가게 이름을 적어 주세요.',
  slug: '주소에 쓸 이름을 적어 주세요.',
  businessNumber: '사업자등록번호를 적어 주세요.',
  representative: '대표자 이름을 적어 주세요.',
  mailOrderNumber: '통신판매업 신고번호를 적어 주세요.',
  contactEmail: '이메일을 적어 주세요.',
  contactPhone: '전화번호를 적어 주세요.',
};

/** What can be known to be wrong without asking the server. */
export function applicationProblems(values: CompanyApplication): Partial<CompanyApplication> {
  const problems: Partial<CompanyApplication> = {};
  for (const key of Object.keys(missing) as (keyof CompanyApplication)[]) {
    if (values[key].trim() === '') problems[key] = missing[key];
  }
  if (values.slug && !/^[a-z](?:[a-z0-9]|-(?!-)){1,28}[a-z0-9]$/.test(values.slug))
    problems.slug = sentence('slug_invalid');
  if (values.businessNumber && !businessNumberHolds(values.businessNumber)) {
    problems.businessNumber = sentence('business_number_invalid');
  }
  if (values.contactEmail && !/^\S+@\S+\.\S+$/.test(values.contactEmail)) {
    problems.contactEmail = '이메일 주소가 맞지 않아요. 다시 확인해 주세요.';
  }
  return problems;
}
