import { SearchX, Store } from 'lucide-react';
import { useEffect } from 'react';
import type { When } from '~/api/ddib';
import { serverNow } from '~/shared/clock';
import { Empty } from '~/shared/parts/States';
import { ddib } from '~/shared/paths';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { FilterBar } from '~/shared/ui/FilterBar';
import { Loaded } from '~/shared/ui/Loaded';
import { useSearch } from '~/shared/ui/useSearch';
import { categories } from '~/shared/words/glossary';
import { DealGrid, GridSkeleton, Shelf } from './DealGrid';
import { Feature } from './Feature';
import styles from './HomePage.module.css';
import { type Choice, endedShown, useDeals, useEnded, useWeek } from './queries';
import { sectionsOf } from './when';

const headings: Record<When, string> = {
  open: '열려 있는 타임딜',
  today: '오늘 열리는 타임딜',
  week: '이번 주 타임딜',
  ended: '끝난 타임딜',
};

const times: { value: When | 'all'; label: string }[] = [
  { value: 'all', label: '모두' },
  { value: 'open', label: '열려 있는' },
  { value: 'today', label: '오늘' },
  { value: 'week', label: '이번 주' },
  { value: 'ended', label: '끝난' },
];

const chips = [
  { value: 'all', label: '전체' },
  ...Object.entries(categories).map(([value, label]) => ({ value, label })),
];

const isWhen = (text: string | undefined): text is When => text !== undefined && text in headings;
const unlessAll = (value: string) => (value === 'all' ? undefined : value);

/** Deals to browse: by time, by category, by a word. All of it is in the URL. */
export function HomePage() {
  const [search, change] = useSearch();
  const when = isWhen(search.when) ? search.when : null;
  const category = search.category && search.category in categories ? search.category : null;
  const choice: Choice = { ...(category ? { category } : {}), ...(search.q ? { q: search.q } : {}) };
  useEffect(() => {
    document.title = search.q ? `‘${search.q}’ 찾기 · DDIB` : 'DDIB · 오늘의 타임딜';
  }, [search.q]);
  return (
    <>
      <h1 className={search.q ? styles.title : 'visually-hidden'}>
        {search.q ? `‘${search.q}’ 찾은 결과` : '타임딜'}
      </h1>
      <div className={styles.filters}>
        <div className={styles.scroll}>
          <FilterBar
            label="카테고리"
            options={chips}
            value={category ?? 'all'}
            onChange={(value) => change({ category: unlessAll(value) })}
          />
        </div>
        <div className={styles.scroll}>
          <FilterBar
            label="열리는 때"
            options={times}
            value={when ?? 'all'}
            onChange={(value) => change({ when: unlessAll(value) })}
          />
        </div>
      </div>
      {when ? <All when={when} choice={choice} /> : <Overview choice={choice} />}
    </>
  );
}

function Nothing({ choice }: { choice: Choice }) {
  const narrowed = choice.category !== undefined || choice.q !== undefined;
  return (
    <Empty
      icon={narrowed ? <SearchX size={28} /> : <Store size={28} />}
      title={narrowed ? '찾는 타임딜이 없어요' : '아직 타임딜이 없어요'}
      action={narrowed && <ButtonLink href={ddib.home()}>모두 보기</ButtonLink>}
    >
      {narrowed ? '다른 말이나 다른 카테고리로 찾아보세요.' : '새 타임딜이 열리면 여기에 나타나요.'}
    </Empty>
  );
}

/** Everything at a glance: each deal once, under the first heading that fits. */
function Overview({ choice }: { choice: Choice }) {
  const week = useWeek(choice);
  const ended = useEnded(choice);
  return (
    <Loaded query={week} skeleton={<GridSkeleton count={8} />}>
      {({ items }) => {
        const first = items.find((card) => card.phase === 'open' && !card.soldOut) ?? items[0];
        const sections = sectionsOf(
          items.filter((card) => card !== first),
          serverNow(),
        );
        const past = ended.data?.items ?? [];
        const empty = items.length === 0 && past.length === 0 && !ended.isPending;
        return empty ? (
          <Nothing choice={choice} />
        ) : (
          <div className={styles.shelves}>
            {first && <Feature card={first} lookAgain={() => void week.refetch()} />}
            {(['open', 'today', 'week'] as const).map((key) =>
              sections[key].length > 0 ? (
                <Shelf key={key} title={headings[key]}>
                  <DealGrid cards={sections[key]} label={headings[key]} />
                </Shelf>
              ) : null,
            )}
            {past.length > 0 && (
              <Shelf
                title={headings.ended}
                more={
                  past.length === endedShown && (
                    <ButtonLink look="quiet" size="small" href={ddib.home({ ...choice, when: 'ended' })}>
                      모두 보기
                    </ButtonLink>
                  )
                }
              >
                <DealGrid cards={past} label={headings.ended} />
              </Shelf>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

/** All deals of one time. */
function All({ when, choice }: { when: When; choice: Choice }) {
  const query = useDeals(when, choice);
  return (
    <Loaded query={query} skeleton={<GridSkeleton count={8} />}>
      {({ pages }) => {
        const cards = pages.flatMap((page) => page.items);
        return cards.length === 0 ? (
          <Empty
            icon={<SearchX size={28} />}
            title={`${headings[when]}이 없어요`}
            action={<ButtonLink href={ddib.home()}>모두 보기</ButtonLink>}
          >
            다른 때나 다른 카테고리로 찾아보세요.
          </Empty>
        ) : (
          <Shelf title={headings[when]}>
            <DealGrid cards={cards} label={headings[when]} />
            {query.hasNextPage && (
              <div className={styles.more}>
                <Button
                  look="secondary"
                  onPress={() => query.fetchNextPage()}
                  isPending={query.isFetchingNextPage}
                >
                  더 보기
                </Button>
              </div>
            )}
          </Shelf>
        );
      }}
    </Loaded>
  );
}
