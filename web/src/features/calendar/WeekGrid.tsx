import { type KeyboardEvent, useRef, useState } from 'react';
import { clock, koreanTime } from '~/shared/format/time';
import { cx } from '~/shared/parts/cx';
import { Button } from '~/shared/ui/Button';
import { hourLabel, roomWords } from './hourWords';
import styles from './WeekGrid.module.css';
import { type Day, type Hour, isFree, nextFree } from './week';

interface WeekGridProps {
  days: readonly Day[];
  chosen: number | null;
  onChoose: (hour: Hour) => void;
}

/** Few open a deal before eight in the morning: those hours are folded away. */
const firstHour = 8;

interface CellProps {
  hour: Hour;
  chosen: boolean;
  /** The one cell that the Tab key reaches; arrows lead on from there. */
  entry: boolean;
  onChoose: (hour: Hour) => void;
  onKeyDown: (event: KeyboardEvent, hour: Hour) => void;
}

function Cell({ hour, chosen, entry, onChoose, onKeyDown }: CellProps) {
  return (
    <button
      type="button"
      className={cx(styles.cell, styles[hour.room], chosen && styles.chosen)}
      disabled={!isFree(hour)}
      tabIndex={entry ? 0 : -1}
      data-starts-at={hour.startsAt}
      aria-pressed={chosen}
      aria-label={hourLabel(hour)}
      onClick={() => onChoose(hour)}
      onKeyDown={(event) => onKeyDown(event, hour)}
    >
      {roomWords(hour)}
      {isFree(hour) && (
        <span className={styles.track} aria-hidden="true">
          <span className={styles.used} style={{ transform: `scaleX(${hour.usedShare})` }} />
        </span>
      )}
    </button>
  );
}

/** Seven days side by side. A cell says how many shoppers still fit; its bar says how full it is. */
export function WeekGrid({ days, chosen, onChoose }: WeekGridProps) {
  const [early, setEarly] = useState(false);
  const [walked, setWalked] = useState<number | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const shown = days
    .flatMap((day) => day.hours)
    .filter((hour) => early || koreanTime(hour.startsAt).hour >= firstHour);
  const entry =
    [walked, chosen].find((at) => shown.some((hour) => hour.startsAt === at && isFree(hour))) ??
    shown.find(isFree)?.startsAt;
  const walk = (event: KeyboardEvent, from: Hour) => {
    const next = nextFree(shown, from, event.key);
    if (!next) return;
    event.preventDefault();
    setWalked(next.startsAt);
    frame.current?.querySelector<HTMLElement>(`[data-starts-at="${next.startsAt}"]`)?.focus();
  };
  const rows = Array.from({ length: 24 }, (_, at) => at).filter((hour) => early || hour >= firstHour);
  return (
    <div className={styles.frame} ref={frame}>
      <table className={styles.grid}>
        <caption className="visually-hidden">날짜와 시간마다 남은 자리</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">시간</span>
            </th>
            {days.map((day) => {
              const t = koreanTime(day.startsAt);
              return (
                <th key={day.startsAt} scope="col">
                  <span className={styles.weekday}>{t.weekday}</span>
                  <span className={styles.day}>
                    {t.month}.{t.day}
                  </span>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{clock((days[0]?.startsAt ?? 0) + row * 3_600_000)}</th>
              {days.map((day) => {
                const hour = day.hours.find((one) => koreanTime(one.startsAt).hour === row);
                return (
                  <td key={day.startsAt}>
                    {hour && (
                      <Cell
                        hour={hour}
                        chosen={chosen === hour.startsAt}
                        entry={entry === hour.startsAt}
                        onChoose={onChoose}
                        onKeyDown={walk}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.fold}>
        <Button look="quiet" size="small" onPress={() => setEarly(!early)}>
          {early ? '새벽 시간 접기' : '새벽 시간도 보기 (오전 12:00–8:00)'}
        </Button>
      </div>
    </div>
  );
}
