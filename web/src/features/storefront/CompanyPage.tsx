import { useParams } from '@tanstack/react-router';
import { CalendarClock } from 'lucide-react';
import type { StoreCompany } from '~/api/types';
import { businessNumber, phone } from '~/shared/format/identity';
import { Empty } from '~/shared/parts/States';
import { ddib } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { useTitle } from '~/shared/useTitle';
import styles from './CompanyPage.module.css';
import { DealGrid, GridSkeleton, Shelf } from './DealGrid';
import { Feature } from './Feature';
import { useStoreCompany } from './queries';

/** A company's deals. Whoever asks for a deal that is not on comes here. */
export function CompanyPage() {
  const { company: slug = '' } = useParams({ strict: false });
  const query = useStoreCompany(slug);
  useTitle(query.data ? `${query.data.name} · DDIB` : 'DDIB');
  return (
    <Loaded query={query} skeleton={<GridSkeleton count={4} />}>
      {(company) => <Company company={company} lookAgain={() => void query.refetch()} />}
    </Loaded>
  );
}

function Company({ company, lookAgain }: { company: StoreCompany; lookAgain: () => void }) {
  const [next, ...later] = company.deals;
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{company.name}</h1>
      {next ? (
        <>
          <Feature card={next} lookAgain={lookAgain} />
          {later.length > 0 && (
            <Shelf title="다음 타임딜">
              <DealGrid cards={later} label="다음 타임딜" />
            </Shelf>
          )}
        </>
      ) : (
        <div className={styles.none}>
          <Empty
            icon={<CalendarClock size={28} />}
            title="지금은 열려 있는 타임딜이 없어요"
            action={<ButtonLink href={ddib.home()}>다른 타임딜 보기</ButtonLink>}
          >
            다음 타임딜이 정해지면 여기에 나타나요. 이미 한 주문은 내 주문에서 볼 수 있어요.
          </Empty>
        </div>
      )}
      {company.ended.length > 0 && (
        <Shelf title="끝난 타임딜">
          <DealGrid cards={company.ended} label="끝난 타임딜" />
        </Shelf>
      )}
      <Imprint company={company} />
    </div>
  );
}

/** What the law wants shoppers to know of a seller. */
function Imprint({ company }: { company: StoreCompany }) {
  const facts = [
    ['대표', company.representative],
    ['사업자등록번호', businessNumber(company.businessNumber)],
    ['통신판매업 신고', company.mailOrderNumber],
    ['전화', phone(company.contactPhone)],
    ['전자우편', company.contactEmail],
  ] as const;
  return (
    <dl className={styles.imprint} aria-label="판매자 정보">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
