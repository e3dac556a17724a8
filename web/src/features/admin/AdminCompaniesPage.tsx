import { useInfiniteQuery } from '@tanstack/react-query';
import { ClipboardCheck } from 'lucide-react';
import { api } from '~/api/bidd';
import type { Company, CompanyState } from '~/api/types';
import { useSession } from '~/features/session/session';
import { businessNumber } from '~/shared/format/identity';
import { date } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { bidd } from '~/shared/paths';
import { Button } from '~/shared/ui/Button';
import { type Column, DataTable } from '~/shared/ui/DataTable';
import { FilterBar } from '~/shared/ui/FilterBar';
import { Loaded } from '~/shared/ui/Loaded';
import { Page } from '~/shared/ui/Page';
import { useSearch } from '~/shared/ui/useSearch';
import { companyState } from '~/shared/words/glossary';
import { ReviewDialog } from './ReviewDialog';

const filters: { value: CompanyState; label: string; none: string }[] = [
  { value: 'applied', label: '심사할 것', none: '심사할 신청이 없어요' },
  { value: 'approved', label: '승인됨', none: '승인한 가게가 없어요' },
  { value: 'rejected', label: '반려됨', none: '반려한 신청이 없어요' },
];

export const applicationsKey = (state: CompanyState) => ['admin', 'companies', state];

const columns: Column<Company>[] = [
  { key: 'name', head: '가게', cell: (company) => company.name },
  { key: 'number', head: '사업자등록번호', cell: (company) => businessNumber(company.businessNumber) },
  { key: 'representative', head: '대표자', cell: (company) => company.representative },
  { key: 'slug', head: '타임딜 주소', cell: (company) => company.slug },
  {
    key: 'appliedAt',
    head: '신청한 날',
    cell: (company) => date(company.appliedAt),
  },
  { key: 'state', head: '상태', cell: (company) => <Badge {...companyState(company.state)} /> },
];

function Applications() {
  const [search, setSearch] = useSearch();
  const filter =
    filters.find((one) => one.value === search.state) ?? (filters[0] as (typeof filters)[number]);
  const query = useInfiniteQuery({
    queryKey: applicationsKey(filter.value),
    queryFn: ({ pageParam }) => api.applications(filter.value, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    refetchInterval: 10_000,
  });
  const reviewed = query.data?.find((company) => company.id === search.review);
  return (
    <>
      <FilterBar
        label="신청 상태"
        options={filters}
        value={filter.value}
        onChange={(state) => setSearch({ state, review: undefined })}
      />
      <Loaded query={query} skeleton={<SkeletonRows count={5} height={56} />}>
        {(companies) =>
          companies.length === 0 ? (
            <Empty icon={<ClipboardCheck size={28} />} title={filter.none}>
              새 신청이 들어오면 여기에 나타나요.
            </Empty>
          ) : (
            <DataTable
              caption={filter.label}
              rows={companies}
              columns={columns}
              rowKey={(company) => company.id}
              rowHref={(company) => bidd.adminCompanies({ state: filter.value, review: company.id })}
            />
          )
        }
      </Loaded>
      {query.hasNextPage && (
        <Button look="secondary" onPress={() => query.fetchNextPage()} isPending={query.isFetchingNextPage}>
          더 보기
        </Button>
      )}
      {reviewed && <ReviewDialog company={reviewed} onClose={() => setSearch({ review: undefined })} />}
    </>
  );
}

/** Companies that have applied, for the platform's administrator. */
export function AdminCompaniesPage() {
  const { me } = useSession();
  return (
    <Page title="입점 심사" lead="사업자 정보를 확인하고 승인하거나 반려해요.">
      {me.admin ? (
        <Applications />
      ) : (
        <Empty title="관리자만 볼 수 있는 화면이에요">관리자 계정으로 로그인했는지 확인해 주세요.</Empty>
      )}
    </Page>
  );
}
