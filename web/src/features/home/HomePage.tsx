import { Navigate } from '@tanstack/react-router';
import { CalendarPlus, ChevronRight, KeyRound } from 'lucide-react';
import { Link } from 'react-aria-components';
import type { Rental } from '~/api/types';
import { ApplicationState } from '~/features/company/ApplicationState';
import { NeedsCompany } from '~/features/company/NeedsCompany';
import { useCompany } from '~/features/company/queries';
import { useRentals } from '~/features/rental/queries';
import { useSession } from '~/features/session/session';
import { people, pieces, won } from '~/shared/format/number';
import { millis } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { Countdown } from '~/shared/parts/Countdown';
import { Notice } from '~/shared/parts/Notice';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { TimeSpan } from '~/shared/parts/TimeSpan';
import { bidd } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { FigureTile, FigureTiles } from '~/shared/ui/FigureTile';
import { Loaded } from '~/shared/ui/Loaded';
import { Page, Section } from '~/shared/ui/Page';
import { rentalState } from '~/shared/words/glossary';
import styles from './HomePage.module.css';

const waiting = ['awaitingPayment', 'paid', 'scheduled'];
const byOpening = (a: Rental, b: Rental) => millis(a.opensAt) - millis(b.opensAt);

function Running({ rental }: { rental: Rental }) {
  const figures = rental.deal?.figures;
  return (
    <Section
      title={rental.title}
      lead={<TimeSpan from={rental.opensAt} to={rental.closesAt} />}
      action={
        <ButtonLink look="secondary" size="small" href={bidd.rental(rental.id, { view: 'live' })}>
          실시간 보기
        </ButtonLink>
      }
    >
      {figures && (
        <FigureTiles>
          <FigureTile label="대기" value={people(figures.waiting)} />
          <FigureTile label="지금 안에" value={people(figures.inside)} />
          <FigureTile label="판매" value={pieces(figures.sold)} />
          <FigureTile label="매출" value={won(figures.revenue)} warm />
        </FigureTiles>
      )}
    </Section>
  );
}

function Row({ rental }: { rental: Rental }) {
  const due = rental.state === 'awaitingPayment';
  return (
    <li>
      <Link href={bidd.rental(rental.id)} className={styles.row}>
        <span className={styles.words}>
          <span className={styles.title}>{rental.title}</span>
          <span className={styles.soft}>
            <TimeSpan from={rental.opensAt} to={rental.closesAt} />
          </span>
        </span>
        {due ? (
          <span className={styles.warm}>
            결제까지 <Countdown to={rental.payUntil} />
          </span>
        ) : (
          rental.state === 'completed' && (
            <span className={styles.amount}>{won(rental.deal?.figures.revenue ?? 0)}</span>
          )
        )}
        <Badge {...rentalState(rental.state)} />
        <ChevronRight size={18} aria-hidden="true" />
      </Link>
    </li>
  );
}

function Rows({ title, rentals }: { title: string; rentals: Rental[] }) {
  if (rentals.length === 0) return null;
  return (
    <Section title={title}>
      <ul className={styles.rows}>
        {rentals.map((rental) => (
          <Row key={rental.id} rental={rental} />
        ))}
      </ul>
    </Section>
  );
}

function KeyNotice({ company }: { company: string }) {
  const query = useCompany(company);
  if (query.data?.merchantConfigured !== false) return null;
  return (
    <Notice
      tone="warning"
      icon={<KeyRound size={20} />}
      title="결제키를 등록해 주세요"
      action={
        <ButtonLink look="secondary" size="small" href={bidd.settings()}>
          등록하러 가기
        </ButtonLink>
      }
    >
      손님 결제를 받을 결제키가 있어야 타임딜이 열려요.
    </Notice>
  );
}

function Dashboard({ company }: { company: string }) {
  const query = useRentals(company);
  return (
    <Loaded query={query} skeleton={<SkeletonRows count={3} height={140} />}>
      {(rentals) => (
        <>
          <KeyNotice company={company} />
          {rentals.length === 0 && (
            <Section>
              <Empty
                icon={<CalendarPlus size={28} />}
                title="첫 타임딜을 준비해 볼까요"
                action={<ButtonLink href={bidd.calendar()}>빈 시간 보기</ButtonLink>}
              >
                달력에서 빈 시간을 고르고 상품을 등록하면, 정한 시간에 저절로 열려요.
              </Empty>
            </Section>
          )}
          {rentals
            .filter((rental) => rental.state === 'running')
            .map((rental) => (
              <Running key={rental.id} rental={rental} />
            ))}
          <Rows
            title="다가오는 타임딜"
            rentals={rentals.filter((rental) => waiting.includes(rental.state)).sort(byOpening)}
          />
          <Rows
            title="지난 타임딜"
            rentals={rentals.filter((rental) => rental.state === 'completed').slice(0, 5)}
          />
        </>
      )}
    </Loaded>
  );
}

/** What matters today: what is running, what comes next, what is missing. */
export function HomePage() {
  const { me, company } = useSession();
  const approved = company?.state === 'approved';
  if (!company && me.admin) return <Navigate to={bidd.adminCompanies()} replace />;
  return (
    <Page
      title={company?.name ?? '홈'}
      action={approved && <ButtonLink href={bidd.calendar()}>새 타임딜</ButtonLink>}
    >
      {!company && <NeedsCompany />}
      {company && !approved && <ApplicationState id={company.id} />}
      {company && approved && <Dashboard company={company.id} />}
    </Page>
  );
}
