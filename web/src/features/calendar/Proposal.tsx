import { CircleAlert, MousePointerClick } from 'lucide-react';
import type { Plan } from '~/api/types';
import { rentalFee } from '~/features/rental/life';
import { people, won } from '~/shared/format/number';
import { clock, span } from '~/shared/format/time';
import { Notice } from '~/shared/parts/Notice';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { TimeSpan } from '~/shared/parts/TimeSpan';
import { bidd } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Facts } from '~/shared/ui/Page';
import styles from './Proposal.module.css';
import { type Hour, obstacle } from './week';

interface ProposalProps {
  plan: Plan;
  hours: readonly Hour[];
  /** The start of the chosen hour. */
  opensAt: number | null;
  lengthMs: number;
}

/** The window that a press on the calendar proposes, with its price and the way on. */
export function Proposal({ plan, hours, opensAt, lengthMs }: ProposalProps) {
  if (opensAt === null) {
    return (
      <aside className={`${styles.proposal} ${styles.empty}`}>
        <MousePointerClick size={24} aria-hidden="true" />
        달력에서 시작할 시간을 눌러 보세요.
      </aside>
    );
  }
  const closesAt = opensAt + lengthMs;
  const fee = won(rentalFee(plan.feePerHour, opensAt, closesAt));
  const blocked = obstacle(hours, opensAt, lengthMs);
  const refusal =
    blocked && `${clock(blocked.startsAt)}부터 자리가 없어요. 시간을 줄이거나 다른 시간을 골라 주세요.`;
  const href = bidd.newRental({
    opensAt: new Date(opensAt).toISOString(),
    closesAt: new Date(closesAt).toISOString(),
    plan: plan.code,
  });
  return (
    <aside className={styles.proposal} aria-live="polite">
      <div className={styles.desk}>
        <h2 className={styles.title}>
          <TimeSpan from={opensAt} to={closesAt} />
        </h2>
        <Facts
          facts={[
            { label: plan.name, value: `예상 손님 ${people(plan.expectedShoppers)}` },
            { label: '대여료', value: <span className={styles.fee}>{fee}</span> },
          ]}
        />
        {refusal && (
          <Notice tone="warning" icon={<CircleAlert size={20} />}>
            {refusal}
          </Notice>
        )}
      </div>
      <PhoneActionBar
        summary={
          <span className={styles.phone}>
            <span>{refusal ?? span(opensAt, closesAt)}</span>
            {!refusal && <strong className={styles.fee}>{fee}</strong>}
          </span>
        }
      >
        <ButtonLink size="large" href={href} isDisabled={Boolean(blocked)}>
          이 시간으로 준비하기
        </ButtonLink>
      </PhoneActionBar>
    </aside>
  );
}
