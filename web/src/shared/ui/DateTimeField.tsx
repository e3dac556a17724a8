import { fromAbsolute, now, type ZonedDateTime } from '@internationalized/date';
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Popover,
} from 'react-aria-components';
import { cx } from '../parts/cx';
import calendar from './DateTimeField.module.css';
import { FieldFooter, type FieldFrame, FieldLabel } from './Field';
import styles from './Field.module.css';

const zone = 'Asia/Seoul';

interface DateTimeFieldProps extends FieldFrame {
  /** RFC 3339, UTC; `null` while nothing is chosen. */
  value: string | null;
  onChange: (instant: string | null) => void;
}

/** A day and a time to the minute, in Korean time, typed or picked. */
export function DateTimeField({
  label,
  help,
  error,
  optional = false,
  value,
  onChange,
  isDisabled = false,
}: DateTimeFieldProps) {
  const shown: ZonedDateTime | null = value === null ? null : fromAbsolute(Date.parse(value), zone);
  return (
    <DatePicker
      className={styles.field}
      value={shown}
      onChange={(next) => onChange(next === null ? null : next.toAbsoluteString())}
      granularity="minute"
      hourCycle={12}
      hideTimeZone
      placeholderValue={now(zone).set({ minute: 0, second: 0, millisecond: 0 })}
      isInvalid={Boolean(error)}
      isRequired={!optional}
      isDisabled={isDisabled}
      validationBehavior="aria"
      shouldForceLeadingZeros={false}
    >
      <FieldLabel label={label} optional={optional} />
      <Group className={cx(styles.control, calendar.group)}>
        <DateInput className={calendar.input}>
          {(segment) => <DateSegment segment={segment} className={calendar.segment} />}
        </DateInput>
        <Button className={calendar.open} aria-label={`${label} 달력 열기`}>
          <CalendarDays size={20} aria-hidden="true" />
        </Button>
      </Group>
      <FieldFooter help={help} error={error} />
      <Popover className={cx(styles.popover, calendar.popover)} offset={4}>
        <Dialog className={calendar.dialog}>
          <Calendar>
            <header className={calendar.header}>
              <Button slot="previous" className={calendar.arrow} aria-label="지난달">
                <ChevronLeft size={20} />
              </Button>
              <Heading className={calendar.month} />
              <Button slot="next" className={calendar.arrow} aria-label="다음 달">
                <ChevronRight size={20} />
              </Button>
            </header>
            <CalendarGrid weekdayStyle="short">
              <CalendarGridHeader>
                {(day) => <CalendarHeaderCell className={calendar.weekday}>{day}</CalendarHeaderCell>}
              </CalendarGridHeader>
              <CalendarGridBody>
                {(day) => <CalendarCell date={day} className={calendar.cell} />}
              </CalendarGridBody>
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
