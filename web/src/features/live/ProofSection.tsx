import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Rental } from '~/api/types';
import { rentalKey } from '~/features/rental/queries';
import { Button } from '~/shared/ui/Button';
import { Confirm } from '~/shared/ui/Dialog';
import { Section } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { wordsFor } from '~/shared/words/errors';
import styles from './LivePanel.module.css';

/** Whether whoever wants a place has to work for it: switched on and off, also in the middle of an attack. */
export function ProofSection({ company, rental }: { company: string; rental: Rental }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const isOn = rental.proofOfWork;
  const change = useMutation({
    mutationFn: (next: boolean) => api.changeLive(company, rental.id, { proofOfWork: next }),
    onSuccess: async (_, next) => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: rentalKey(rental.id) });
      toast.done(next ? '이제 사람인지 확인해요.' : '이제 확인하지 않아요.');
    },
    onError: (error) => toast.failed(wordsFor(error)),
  });
  const action = isOn ? '확인 끄기' : '확인 켜기';
  return (
    <Section
      title="사람인지 확인"
      lead={
        isOn
          ? '손님의 기기가 잠깐 계산을 마친 뒤 대기 순서를 받아요. 사람이 몰리면 저절로 더 오래 걸리게 해요.'
          : '지금은 누르는 즉시 대기 순서를 받아요. 자동 프로그램이 몰리면 켜 보세요.'
      }
    >
      <div className={styles.controls}>
        <Button
          look="secondary"
          icon={isOn ? <ShieldOff size={18} /> : <ShieldCheck size={18} />}
          onPress={() => setAsking(true)}
        >
          {action}
        </Button>
      </div>
      <Confirm
        isOpen={asking}
        onClose={() => setAsking(false)}
        title={isOn ? '확인을 끌까요?' : '사람인지 확인할까요?'}
        confirm={action}
        isPending={change.isPending}
        onConfirm={() => change.mutate(!isOn)}
      >
        {isOn
          ? '새로 오는 손님은 누르는 즉시 대기 순서를 받아요.'
          : '새로 오는 손님은 순서를 받기 전에 1초 안팎을 기다려요. 몰리면 10초쯤 걸리기도 해요. 이미 순서를 받은 손님은 그대로예요. 자바스크립트를 끈 손님은 순서를 받을 수 없어요.'}
      </Confirm>
    </Section>
  );
}
