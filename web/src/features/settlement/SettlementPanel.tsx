import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, FileSpreadsheet, Hourglass, Printer, Undo2 } from 'lucide-react';
import { api } from '~/api/bidd';
import type { Rental, Settlement } from '~/api/types';
import { OrdersPanel } from '~/features/order/OrdersPanel';
import { cases, number, pieces, won } from '~/shared/format/number';
import { clock, date } from '~/shared/format/time';
import { Notice } from '~/shared/parts/Notice';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { server } from '~/shared/paths';
import { codeOf } from '~/shared/problem';
import { ButtonLink } from '~/shared/ui/Button';
import { type Column, DataTable } from '~/shared/ui/DataTable';
import { Loaded } from '~/shared/ui/Loaded';
import { Facts, Section } from '~/shared/ui/Page';
import styles from './SettlementPanel.module.css';

const products: Column<Settlement['byProduct'][number]>[] = [
  { key: 'name', head: '상품', cell: (row) => row.name },
  { key: 'quantity', head: '수량', cell: (row) => pieces(row.quantity), number: true },
  { key: 'gross', head: '결제', cell: (row) => won(row.gross), number: true },
  { key: 'refunds', head: '환불', cell: (row) => won(-row.refunds), number: true },
  { key: 'net', head: '매출', cell: (row) => won(row.gross - row.refunds), number: true },
];

const hours: Column<Settlement['byHour'][number]>[] = [
  { key: 'hour', head: '시간', cell: (row) => `${date(row.startsAt)} ${clock(row.startsAt)}부터` },
  { key: 'orders', head: '주문', cell: (row) => cases(row.orders), number: true },
  { key: 'gross', head: '결제', cell: (row) => won(row.gross), number: true },
  { key: 'refunds', head: '환불', cell: (row) => won(-row.refunds), number: true },
];

interface ReportProps {
  company: string;
  rental: Rental;
  settlement: Settlement;
}

function Agreement({ company, rental, settlement }: ReportProps) {
  if (!settlement.agrees) {
    return (
      <Notice tone="danger" icon={<CircleAlert size={20} />} title="판매 기록과 장부가 맞지 않아요">
        담당자가 확인하고 있어요. 확인이 끝날 때까지 금액이 바뀔 수 있어요.
      </Notice>
    );
  }
  return (
    <Notice tone="success" icon={<CircleCheck size={20} />} title="판매 기록과 장부가 맞아요">
      기록 {number(settlement.events)}건을 양쪽에서 따로 세어 견주었어요.{' '}
      <a className={styles.link} href={server.settlementEvents(company, rental.id)}>
        장부 기록 받기
      </a>
      <span className={styles.digest}>{settlement.digest}</span>
    </Notice>
  );
}

/** The same figures for whoever keeps the books. */
function Downloads({ company, rental }: Omit<ReportProps, 'settlement'>) {
  return (
    <div className={styles.downloads}>
      <ButtonLink
        external
        look="secondary"
        href={server.settlementDocument(company, rental.id)}
        target="_blank"
        icon={<Printer size={16} />}
      >
        정산서 인쇄하기
      </ButtonLink>
      <ButtonLink
        external
        look="secondary"
        href={server.settlementSheet(company, rental.id)}
        icon={<FileSpreadsheet size={16} />}
      >
        엑셀로 받기 (CSV)
      </ButtonLink>
    </div>
  );
}

function Report({ company, rental, settlement }: ReportProps) {
  return (
    <>
      <Section>
        <div className={styles.top}>
          <div>
            <p className={styles.label}>정산 금액</p>
            <p className={styles.net}>{won(settlement.net)}</p>
            <p className={styles.soft}>손님이 결제할 때 결제사의 우리 가게 계정으로 바로 들어온 돈이에요.</p>
            <Downloads company={company} rental={rental} />
          </div>
          <div className={styles.sum}>
            <Facts
              facts={[
                { label: `결제 ${cases(settlement.orders)}`, value: won(settlement.gross) },
                { label: `환불 ${cases(settlement.refundedOrders)}`, value: won(-settlement.refunds) },
                { label: '판매 수수료', value: won(0) },
              ]}
            />
            <p className={styles.total}>
              정산 금액 <strong>{won(settlement.net)}</strong>
            </p>
            <p className={styles.soft}>대여료 {won(settlement.fee)}은 신청할 때 따로 결제했어요.</p>
          </div>
        </div>
      </Section>
      {settlement.afterSettlement.orders > 0 && (
        <Notice tone="brand" icon={<Undo2 size={20} />} title="정산한 뒤에 환불한 주문이 있어요">
          {cases(settlement.afterSettlement.orders)}, {won(settlement.afterSettlement.refunds)}이에요. 위
          금액에는 들어 있지 않아요.
        </Notice>
      )}
      <Agreement company={company} rental={rental} settlement={settlement} />
      {settlement.byProduct.length > 0 && (
        <Section title="상품별" look="plain">
          <DataTable
            caption="상품별 매출"
            rows={settlement.byProduct}
            columns={products}
            rowKey={(row) => row.product}
          />
        </Section>
      )}
      {settlement.byHour.length > 0 && (
        <Section title="시간별" look="plain">
          <DataTable
            caption="시간별 매출"
            rows={settlement.byHour}
            columns={hours}
            rowKey={(row) => row.startsAt}
          />
        </Section>
      )}
    </>
  );
}

/** The one figure that matters, how it came about, then every order. */
export function SettlementPanel({ company, rental }: { company: string; rental: Rental }) {
  const query = useQuery({
    queryKey: ['settlement', rental.id],
    queryFn: () => api.settlement(company, rental.id),
    refetchInterval: (state) => (codeOf(state.state.error) === 'not_settled' ? 3_000 : 15_000),
  });
  if (codeOf(query.error) === 'not_settled') {
    return (
      <Section>
        <Empty icon={<Hourglass size={28} />} title="정산하고 있어요">
          모든 주문이 장부에 남았는지 확인하면 결과를 보여 드려요. 보통 1분 안에 끝나요.
        </Empty>
      </Section>
    );
  }
  return (
    <div className={styles.report}>
      <Loaded query={query} skeleton={<SkeletonRows count={3} height={160} />}>
        {(settlement) => <Report company={company} rental={rental} settlement={settlement} />}
      </Loaded>
      <h2 className={styles.heading}>모든 주문</h2>
      <OrdersPanel company={company} rental={rental} />
    </div>
  );
}
