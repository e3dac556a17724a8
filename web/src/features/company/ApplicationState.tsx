import { useQueryClient } from '@tanstack/react-query';
import { CircleX, Hourglass } from 'lucide-react';
import { useEffect } from 'react';
import { businessNumber } from '~/shared/format/identity';
import { Badge } from '~/shared/parts/Badge';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { bidd } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { Facts, Section } from '~/shared/ui/Page';
import { companyState } from '~/shared/words/glossary';
import { useCompany } from './queries';

/** While an application is being looked at, or after it was turned down. Looks again by itself. */
export function ApplicationState({ id }: { id: string }) {
  const client = useQueryClient();
  const query = useCompany(id, { refetchInterval: 10_000 });
  const approved = query.data?.state === 'approved';
  useEffect(() => {
    if (approved) void client.invalidateQueries({ queryKey: ['me'] });
  }, [approved, client]);
  return (
    <Loaded query={query} skeleton={<SkeletonRows count={2} height={240} />}>
      {(company) => (
        <>
          <Section>
            {company.state === 'rejected' ? (
              <Empty
                icon={<CircleX size={28} />}
                title="신청이 반려됐어요"
                action={<ButtonLink href={bidd.apply()}>다시 신청하기</ButtonLink>}
              >
                {company.rejectedReason ?? '내용을 고쳐 다시 신청할 수 있어요.'}
              </Empty>
            ) : (
              <Empty icon={<Hourglass size={28} />} title="신청 내용을 확인하고 있어요">
                승인되면 이 화면이 바로 바뀌어요.
              </Empty>
            )}
          </Section>
          <Section title="신청한 내용" action={<Badge {...companyState(company.state)} />}>
            <Facts
              facts={[
                { label: '가게 이름', value: company.name },
                { label: '사업자등록번호', value: businessNumber(company.businessNumber) },
                { label: '대표자', value: company.representative },
                { label: '통신판매업 신고번호', value: company.mailOrderNumber },
              ]}
            />
          </Section>
        </>
      )}
    </Loaded>
  );
}
