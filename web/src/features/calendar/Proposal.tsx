import { MousePointerClick } from 'lucide-react';
import { useState } from 'react';
import type { Plan } from '~/api/types';
import { rentalFee } from '~/features/rental/fee';
import { people, won } from '~/shared/format/number';
import { clock, span } from '~/shared/format/time';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { bidd } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Facts } from '~/shared/ui/Page';
import { SelectField } from '~/shared/ui/SelectField';
import styles from './Proposal.module.css';
import { type Hour, obstacle } from './week';

const minuteMs = 60_000;
const lengths = [
  { value: '30', label: '30분' },
  { value: '60', label: '1시간' },
  { value: '120', label: '2시간' },
  { value: '180', label: '3시간' },
  { value: '360', label: '6시간' },
] as const;

interface ProposalProps {
  plan: Plan;
  hours: readonly Hour[];
  /** The start of the chosen hour. */
  opensAt: number | null;
}

/** The window that a press on the calendar proposes, with its price and the way on. */
export function Proposal({ plan, hours, opensAt }: ProposalProps) {
  const [minutes, setMinutes] = useState<(typeof lengths)[number]['value']>('60');
  if (opensAt === null) {
    return (
      <aside className={`${styles.proposal} ${styles.empty}`}>
        <MousePointerClick size={24} aria-hidden="true" />
        달력에서 시작할 시간을 눌러 보세요.
      </aside>
    );
  }
  const closesAt = opensAt + Number(minutes) * minuteMs;
  const fee = rentalFee(plan.feePerHour, opensAt, closesAt);
  const blocked = obstacle(hours, opensAt, closesAt - opensAt);
  const href = bidd.newRental({
    opensAt: new Date(opensAt).toISOString(),
    closesAt: new Date(closesAt).toISOString(),
    plan: plan.code,
  });
  return (
    <aside className={styles.proposal} aria-live="polite">
      <h2 className={styles.title}>{span(opensAt, closesAt)}</h2>
      <SelectField
        label="판매 시간"
        value={minutes}
        onChange={setMinutes}
        options={lengths}
        error={
          blocked &&
          `${clock(blocked.startsAt)}부터는 자리가 없어요. 시간을 줄이거나 다른 시간을 골라 주세요.`
        }
      />
      <Facts
        facts={[
          { label: plan.name, value: `예상 손님 ${people(plan.expectedShoppers)}` },
          { label: '대여료', value: <span className={styles.fee}>{won(fee)}</span> },
        ]}
      />
      <PhoneActionBar
        summary={<span className={styles.phoneOnly}>{`${span(opensAt, closesAt)} · ${won(fee)}`}</span>}
      >
        <ButtonLink size="large" href={href} isDisabled={Boolean(blocked)}>
          이 시간으로 준비하기
        </ButtonLink>
      </PhoneActionBar>
    </aside>
  );
}
