import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api } from '~/api/bidd';
import type { Plan } from '~/api/types';
import { NeedsCompany } from '~/features/company/NeedsCompany';
import { usePlans, useRentals } from '~/features/rental/queries';
import { useSession } from '~/features/session/session';
import { serverNow } from '~/shared/clock';
import { won } from '~/shared/format/number';
import { date, millis, startOfKoreanDay } from '~/shared/format/time';
import { Skeleton, SkeletonRows } from '~/shared/parts/Skeleton';
import { Button } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { Page } from '~/shared/ui/Page';
import { SelectField } from '~/shared/ui/SelectField';
import { useSearch } from '~/shared/ui/useSearch';
import styles from './CalendarPage.module.css';
import { DayList } from './DayList';
import { Proposal } from './Proposal';
import { WeekGrid } from './WeekGrid';
import { dayFromKey, dayKey, daysOf, daysShown, type Hour, hourOf, lengths } from './week';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Rentals that keep their window. */
const keeping = ['awaitingPayment', 'paid', 'scheduled', 'running'];

function Week({ company, plan, lengthMs }: { company: string; plan: Plan; lengthMs: number }) {
  const [search, setSearch] = useSearch();
  const [chosen, setChosen] = useState<number | null>(null);
  const today = startOfKoreanDay(serverNow());
  const first = dayFromKey(search.week, serverNow());
  const from = new Date(first).toISOString();
  const to = new Date(first + daysShown * dayMs).toISOString();
  const calendar = useQuery({
    queryKey: ['calendar', from, to, plan.code],
    queryFn: () => api.calendar(from, to, plan.code),
    refetchInterval: 30_000,
  });
  const rentals = useRentals(company);
  const hours = useMemo<Hour[]>(() => {
    const mine = (rentals.data ?? []).filter((rental) => keeping.includes(rental.state));
    if (!calendar.data) return [];
    const { capacity, bookableFrom, slots } = calendar.data;
    return slots.map((slot) => hourOf(slot, capacity, plan, mine, millis(bookableFrom)));
  }, [calendar.data, rentals.data, plan]);

  const days = daysOf(hours, first);
  const turn = (weeks: number) => {
    setChosen(null);
    setSearch({ week: dayKey(first + weeks * daysShown * dayMs) });
  };
  const select = (hour: Hour) => setChosen(hour.startsAt);

  return (
    <>
      <div className={styles.turn}>
        <Button
          look="secondary"
          size="small"
          aria-label="이전 7일"
          isDisabled={first <= today}
          onPress={() => turn(-1)}
        >
          <ChevronLeft size={18} />
        </Button>
        <h2 className={styles.range}>
          {date(first)} – {date(first + (daysShown - 1) * dayMs)}
        </h2>
        <Button look="secondary" size="small" aria-label="다음 7일" onPress={() => turn(1)}>
          <ChevronRight size={18} />
        </Button>
        <ul className={styles.legend} aria-label="표시 설명">
          <li>
            <span className={styles.keyOpen} /> 자리 있음
          </li>
          <li>
            <span className={styles.keyFull} /> 자리 없음
          </li>
          <li>
            <span className={styles.keyMine} /> 내 타임딜
          </li>
        </ul>
      </div>
      <Loaded query={calendar} skeleton={<Skeleton height={640} />}>
        {() => (
          <div className={styles.split}>
            <div className={styles.desk}>
              <WeekGrid days={days} chosen={chosen} onChoose={select} />
            </div>
            <div className={styles.phone}>
              <DayList days={days} chosen={chosen} onChoose={select} />
            </div>
            <Proposal plan={plan} hours={hours} opensAt={chosen} lengthMs={lengthMs} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Calendar({ company }: { company: string }) {
  const [search, setSearch] = useSearch();
  const plans = usePlans();
  return (
    <Loaded query={plans} skeleton={<SkeletonRows count={2} height={64} />}>
      {(all) => {
        const plan = all.find((one) => one.code === search.plan) ?? all[0];
        const length = lengths.find((one) => one.value === search.length) ?? lengths[1];
        if (!plan) return null;
        return (
          <>
            <div className={styles.choices}>
              <SelectField
                label="요금제"
                value={plan.code}
                onChange={(code) => setSearch({ plan: code })}
                options={all.map((one) => ({
                  value: one.code,
                  label: `${one.name} · 1시간 ${won(one.feePerHour)}`,
                }))}
              />
              <SelectField
                label="판매 시간"
                value={length.value}
                onChange={(value) => setSearch({ length: value })}
                options={lengths}
              />
            </div>
            <Week company={company} plan={plan} lengthMs={Number(length.value) * minuteMs} />
          </>
        );
      }}
    </Loaded>
  );
}

/** Where there is room, at a glance; a press proposes a window with its price. */
export function CalendarPage() {
  const { company } = useSession();
  return (
    <Page title="빈 시간" lead="시간을 누르면 대여료를 바로 볼 수 있어요.">
      {company?.state === 'approved' ? <Calendar company={company.id} /> : <NeedsCompany />}
    </Page>
  );
}
