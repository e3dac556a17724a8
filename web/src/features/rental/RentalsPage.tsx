import { CalendarPlus } from 'lucide-react';
import type { Rental } from '~/api/types';
import { NeedsCompany } from '~/features/company/NeedsCompany';
import { useSession } from '~/features/session/session';
import { won } from '~/shared/format/number';
import { Badge } from '~/shared/parts/Badge';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { TimeSpan } from '~/shared/parts/TimeSpan';
import { bidd } from '~/shared/paths';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { type Column, DataTable } from '~/shared/ui/DataTable';
import { FilterBar } from '~/shared/ui/FilterBar';
import { Loaded } from '~/shared/ui/Loaded';
import { Page } from '~/shared/ui/Page';
import { useSearch } from '~/shared/ui/useSearch';
import { rentalState } from '~/shared/words/glossary';
import { useRentals } from './queries';

const filters = [
  { value: 'all', label: '모두', states: null },
  { value: 'upcoming', label: '준비 중', states: ['awaitingPayment', 'paid', 'scheduled'] },
  { value: 'running', label: '진행 중', states: ['running'] },
  { value: 'over', label: '끝남', states: ['completed', 'cancelled', 'expired', 'missed'] },
] as const;

const columns: Column<Rental>[] = [
  { key: 'title', head: '타임딜', cell: (rental) => rental.title },
  {
    key: 'window',
    head: '판매 시간',
    cell: (rental) => <TimeSpan from={rental.opensAt} to={rental.closesAt} />,
  },
  { key: 'products', head: '상품', cell: (rental) => `${rental.products}개`, number: true },
  { key: 'fee', head: '대여료', cell: (rental) => won(rental.fee), number: true },
  {
    key: 'revenue',
    head: '매출',
    cell: (rental) => (rental.deal ? won(rental.deal.figures.revenue) : '–'),
    number: true,
  },
  { key: 'state', head: '상태', cell: (rental) => <Badge {...rentalState(rental.state)} /> },
];

function List({ company }: { company: string }) {
  const [search, setSearch] = useSearch();
  const query = useRentals(company);
  const filter = filters.find((one) => one.value === search.state) ?? filters[0];
  return (
    <>
      <FilterBar
        label="대여 상태"
        options={filters}
        value={filter.value}
        onChange={(value) => setSearch({ state: value === 'all' ? undefined : value })}
      />
      <Loaded query={query} skeleton={<SkeletonRows count={5} height={56} />}>
        {(rentals) => {
          const shown = rentals.filter(
            (rental) => filter.states === null || (filter.states as readonly string[]).includes(rental.state),
          );
          if (shown.length === 0) {
            return (
              <Empty
                icon={<CalendarPlus size={28} />}
                title={rentals.length === 0 ? '아직 빌린 시간이 없어요' : '여기에 해당하는 타임딜이 없어요'}
                action={
                  rentals.length === 0 ? (
                    <ButtonLink href={bidd.calendar()}>빈 시간 보기</ButtonLink>
                  ) : undefined
                }
              >
                {rentals.length === 0 && '달력에서 빈 시간을 고르면 타임딜을 준비할 수 있어요.'}
              </Empty>
            );
          }
          return (
            <DataTable
              caption="빌린 시간"
              rows={shown}
              columns={columns}
              rowKey={(rental) => rental.id}
              rowHref={(rental) => bidd.rental(rental.id)}
            />
          );
        }}
      </Loaded>
      {query.hasNextPage && (
        <Button look="secondary" onPress={() => query.fetchNextPage()} isPending={query.isFetchingNextPage}>
          더 보기
        </Button>
      )}
    </>
  );
}

/** Every rental of the company. */
export function RentalsPage() {
  const { company } = useSession();
  return (
    <Page
      title="타임딜"
      action={company?.state === 'approved' && <ButtonLink href={bidd.calendar()}>새 타임딜</ButtonLink>}
    >
      {company ? <List company={company.id} /> : <NeedsCompany />}
    </Page>
  );
}
