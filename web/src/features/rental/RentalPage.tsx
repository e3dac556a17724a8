import { useParams } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, ExternalLink, Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Rental } from '~/api/types';
import { GuestLinks } from '~/features/live/GuestLinks';
import { LivePanel } from '~/features/live/LivePanel';
import { ProofSection } from '~/features/live/ProofSection';
import { OrdersPanel } from '~/features/order/OrdersPanel';
import { ProductsPanel } from '~/features/product/ProductsPanel';
import { SettlementPanel } from '~/features/settlement/SettlementPanel';
import { won } from '~/shared/format/number';
import { Badge } from '~/shared/parts/Badge';
import { Countdown } from '~/shared/parts/Countdown';
import { Notice } from '~/shared/parts/Notice';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { TimeSpan } from '~/shared/parts/TimeSpan';
import { bidd } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { Facts, Page, Section } from '~/shared/ui/Page';
import { Tabs } from '~/shared/ui/Tabs';
import { useSearch } from '~/shared/ui/useSearch';
import { dealPhase, rentalState } from '~/shared/words/glossary';
import { Checklist } from './Checklist';
import { FeeCard } from './FeeCard';
import { type View, viewsOf } from './life';
import { type OwnedRental, usePlans, useRental } from './queries';
import styles from './RentalPage.module.css';

const labels: Record<View, string> = {
  overview: '준비',
  products: '상품',
  live: '실시간',
  orders: '주문',
  settlement: '정산',
};

/** What the payment page said on the way back. Only what is still true of the rental is repeated. */
function Outcome({ rental }: { rental: Rental }) {
  const [search] = useSearch();
  const due = rental.state === 'awaitingPayment';
  if (search.payment === 'pending' && due) {
    return (
      <Notice tone="brand" icon={<Hourglass size={20} />} title="결제를 확인하고 있어요" live>
        카카오페이의 답을 기다려요. 확인되면 이 화면이 바로 바뀌어요.
      </Notice>
    );
  }
  if (search.payment === 'paid' && rental.state === 'paid') {
    return (
      <Notice tone="success" icon={<CircleCheck size={20} />} title="대여료를 결제했어요" live>
        이 시간이 확정됐어요. 이제 상품을 등록해 주세요.
      </Notice>
    );
  }
  if (!due || (search.payment !== 'cancelled' && search.payment !== 'failed')) return null;
  return (
    <Notice
      tone="warning"
      icon={<CircleAlert size={20} />}
      title={search.payment === 'cancelled' ? '결제가 취소됐어요' : '결제가 되지 않았어요'}
      live
    >
      돈은 빠져나가지 않았어요. 맡아 둔 시간이 끝나기 전에 다시 결제할 수 있어요.
    </Notice>
  );
}

/** The platform did not take the deal as it is; the code is what its administrators ask for. */
function Refused({ rental }: { rental: Rental }) {
  const refusal = rental.deal?.refusal;
  if (!refusal || (rental.state !== 'scheduled' && rental.state !== 'running')) return null;
  return (
    <Notice tone="danger" icon={<CircleAlert size={20} />} title="타임딜을 서버에 반영하지 못했어요">
      <p>저절로 다시 시도하고 있어요. 상품이나 수량을 고치면 바로 다시 반영해요.</p>
      <p>계속 보이면 플랫폼 관리자에게 아래 내용을 알려 주세요.</p>
      <p className={styles.refusal} lang="en">
        {refusal.code}: {refusal.message}
      </p>
    </Notice>
  );
}

const endings: Partial<Record<Rental['state'], string>> = {
  expired: '결제 시간이 지나 예약이 풀렸어요. 달력에서 다시 골라 주세요.',
  missed: '상품이나 결제키가 없어 열리지 못했어요.',
  cancelled: '열리기 전에 취소된 타임딜이에요.',
};

function Overview({ company, rental }: OwnedRental) {
  const plan = usePlans().data?.find((one) => one.code === rental.plan);
  const ending = endings[rental.state];
  return (
    <div className={styles.overview}>
      {ending && (
        <Notice
          tone="warning"
          icon={<CircleAlert size={20} />}
          action={
            <ButtonLink look="secondary" size="small" href={bidd.calendar()}>
              빈 시간 보기
            </ButtonLink>
          }
        >
          {ending}
        </Notice>
      )}
      {rental.state === 'awaitingPayment' && <FeeCard company={company} rental={rental} />}
      {!ending && <Checklist company={company} rental={rental} />}
      {rental.state === 'scheduled' && <GuestLinks company={company} rental={rental} />}
      <Section title="빌린 내용">
        <Facts
          facts={[
            { label: '판매 시간', value: <TimeSpan from={rental.opensAt} to={rental.closesAt} /> },
            { label: '요금제', value: plan?.name ?? rental.plan },
            { label: '대여료', value: won(rental.fee) },
            { label: '사람인지 확인', value: rental.proofOfWork ? '확인해요' : '확인하지 않아요' },
            ...(rental.deal ? [{ label: '서버', value: <Badge {...dealPhase(rental.deal.phase)} /> }] : []),
          ]}
        />
      </Section>
      {rental.state === 'scheduled' && <ProofSection company={company} rental={rental} />}
    </div>
  );
}

function Lead({ rental }: { rental: Rental }) {
  const left = (words: string, to: string) => (
    <>
      {' · '}
      {words} <strong className={styles.warm}>{<Countdown to={to} />}</strong>
    </>
  );
  return (
    <span>
      <TimeSpan from={rental.opensAt} to={rental.closesAt} />
      {rental.state === 'scheduled' && left('시작까지', rental.opensAt)}
      {rental.state === 'running' && rental.deal?.phase === 'Open' && left('끝까지', rental.closesAt)}
    </span>
  );
}

function Content({ company, rental }: OwnedRental) {
  const [search, setSearch] = useSearch();
  const views = viewsOf(rental);
  const selected = views.find((view) => view === search.view) ?? views[0] ?? 'overview';
  const panels: Record<View, ReactNode> = {
    overview: <Overview company={company} rental={rental} />,
    products: <ProductsPanel company={company} rental={rental} />,
    live: <LivePanel company={company} rental={rental} />,
    orders: <OrdersPanel company={company} rental={rental} />,
    settlement: <SettlementPanel company={company} rental={rental} />,
  };
  if (views.length === 1) return panels[selected];
  return (
    <Tabs
      label={rental.title}
      items={views.map((view) => ({ id: view, label: labels[view], content: panels[view] }))}
      selected={selected}
      onSelect={(view) => setSearch({ view, payment: undefined })}
    />
  );
}

/** One rental, from the fee to the settlement. */
export function RentalPage() {
  const { rental: id = '' } = useParams({ strict: false }) as { rental?: string };
  const query = useRental(id);
  const rental = query.data?.rental;
  const open = rental?.deal && ['scheduled', 'running'].includes(rental.state);
  return (
    <Page
      title={rental?.title ?? '타임딜'}
      back={{ href: bidd.rentals(), label: '타임딜' }}
      mark={rental && <Badge {...rentalState(rental.state)} />}
      lead={rental && <Lead rental={rental} />}
      action={
        open && (
          <ButtonLink
            look="secondary"
            icon={<ExternalLink size={18} />}
            external
            href={rental.deal?.url ?? ''}
            target="_blank"
            rel="noreferrer"
          >
            손님 화면 보기
          </ButtonLink>
        )
      }
    >
      {rental && <Outcome rental={rental} />}
      {rental && <Refused rental={rental} />}
      <Loaded query={query} skeleton={<SkeletonRows count={3} height={140} />}>
        {(owned) => <Content {...owned} />}
      </Loaded>
    </Page>
  );
}
