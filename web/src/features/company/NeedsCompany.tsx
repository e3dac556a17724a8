import { Hourglass, Store } from 'lucide-react';
import { useSession } from '~/features/session/session';
import { Empty } from '~/shared/parts/States';
import { bidd } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Section } from '~/shared/ui/Page';

/** In place of what only an approved company has. */
export function NeedsCompany() {
  const { company } = useSession();
  return (
    <Section>
      {company ? (
        <Empty
          icon={<Hourglass size={28} />}
          title="승인되면 쓸 수 있어요"
          action={<ButtonLink href={bidd.home()}>신청 상태 보기</ButtonLink>}
        >
          {company.name}의 신청 내용을 확인하고 있어요.
        </Empty>
      ) : (
        <Empty
          icon={<Store size={28} />}
          title="아직 등록한 가게가 없어요"
          action={<ButtonLink href={bidd.apply()}>입점 신청하기</ButtonLink>}
        >
          사업자 정보로 신청하고 승인되면 타임딜을 열 수 있어요.
        </Empty>
      )}
    </Section>
  );
}
