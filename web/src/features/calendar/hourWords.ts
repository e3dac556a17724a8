import { people, short } from '~/shared/format/number';
import { clock, date } from '~/shared/format/time';
import type { Hour } from './week';

/** What an hour's cell says. */
export function roomWords(hour: Hour): string {
  switch (hour.room) {
    case 'past':
      return '마감';
    case 'mine':
      return '내 타임딜';
    case 'full':
      return '자리 없음';
    case 'tight':
    case 'open':
      return `${short(hour.free)}명`;
  }
}

/** The same in a sentence, for those who do not see the grid. */
export function hourLabel(hour: Hour): string {
  const when = `${date(hour.startsAt)} ${clock(hour.startsAt)}`;
  if (hour.room === 'open' || hour.room === 'tight')
    return `${when}, 손님 ${people(hour.free)}까지 자리 있음`;
  return `${when}, ${roomWords(hour)}`;
}
