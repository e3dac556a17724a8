import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '~/api/bidd';
import type { Rental } from '~/api/types';
import { won } from '~/shared/format/number';
import { Countdown } from '~/shared/parts/Countdown';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { Button } from '~/shared/ui/Button';
import { Section } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { useIdempotencyKey } from '~/shared/ui/useIdempotencyKey';
import { wordsFor } from '~/shared/words/errors';
import { goPay } from './pay';
import { rentalKey } from './queries';
import styles from './RentalPage.module.css';

/** The fee is due: how much, until when, and the way to pay it. */
export function FeeCard({ company, rental }: { company: string; rental: Rental }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const pay = useMutation({
    // A payment page lives for minutes only: each minute's press may begin a new one.
    mutationFn: () => api.payFee(company, rental.id, keyFor([rental.id, Math.floor(Date.now() / 60_000)])),
    onSuccess: goPay,
    onError: (error) => toast.failed(wordsFor(error)),
  });
  return (
    <Section>
      <div className={styles.fee}>
        <div>
          <p className={styles.feeLabel}>결제할 대여료</p>
          <p className={styles.feeAmount}>{won(rental.fee)}</p>
          <p className={styles.soft}>
            이 시간을 맡아 두었어요. 남은 시간{' '}
            <strong className={styles.warm}>
              <Countdown
                to={rental.payUntil}
                onEnd={() => void client.invalidateQueries({ queryKey: rentalKey(rental.id) })}
              />
            </strong>
          </p>
        </div>
        <PhoneActionBar>
          <Button size="large" onPress={() => pay.mutate()} isPending={pay.isPending}>
            카카오페이로 결제하기
          </Button>
        </PhoneActionBar>
      </div>
    </Section>
  );
}
