import { people } from '~/shared/format/number';
import { clock, koreanTime } from '~/shared/format/time';
import { cx } from '~/shared/parts/cx';
import { useSearch } from '~/shared/ui/useSearch';
import styles from './DayList.module.css';
import { hourLabel } from './hourWords';
import { type Day, dayKey, type Hour, isFree } from './week';

interface DayListProps {
  days: readonly Day[];
  chosen: number | null;
  onChoose: (hour: Hour) => void;
}

const others: Record<string, string> = { mine: '내 타임딜', full: '자리 없음' };

/** One day at a time, for narrow screens: a strip of days, and under it the day's hours. */
export function DayList({ days, chosen, onChoose }: DayListProps) {
  const [search, setSearch] = useSearch();
  const withRoom = days.find((day) => day.hours.some(isFree)) ?? days[0];
  const shown = days.find((day) => dayKey(day.startsAt) === search.day) ?? withRoom;
  if (!shown) return null;
  const hours = shown.hours.filter((hour) => hour.room !== 'past');
  return (
    <div className={styles.list}>
      <fieldset className={styles.strip} aria-label="날짜">
        {days.map((day) => {
          const t = koreanTime(day.startsAt);
          const current = day === shown;
          return (
            <button
              key={day.startsAt}
              type="button"
              className={cx(styles.day, current && styles.current)}
              aria-pressed={current}
              onClick={() => setSearch({ day: dayKey(day.startsAt) })}
            >
              <span className={styles.weekday}>{t.weekday}</span>
              <span>{t.day}</span>
              <span className={cx(styles.dot, day.hours.some(isFree) && styles.room)} aria-hidden="true" />
            </button>
          );
        })}
      </fieldset>
      {hours.length === 0 && (
        <p className={styles.none}>이 날은 남은 시간이 없어요. 다른 날을 골라 주세요.</p>
      )}
      <ul className={styles.hours}>
        {hours.map((hour) => (
          <li key={hour.startsAt}>
            <button
              type="button"
              className={cx(styles.hour, chosen === hour.startsAt && styles.chosen)}
              disabled={!isFree(hour)}
              aria-pressed={chosen === hour.startsAt}
              aria-label={hourLabel(hour)}
              onClick={() => onChoose(hour)}
            >
              <span className={styles.time}>{clock(hour.startsAt)}</span>
              <span className={styles.track} aria-hidden="true">
                <span className={styles.used} style={{ transform: `scaleX(${hour.usedShare})` }} />
              </span>
              <span className={styles.free}>{others[hour.room] ?? `${people(hour.free)} 남음`}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
