import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Rental } from '~/api/types';
import { rentalKey } from '~/features/rental/queries';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { Section } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { wordsFor } from '~/shared/words/errors';
import styles from './LivePanel.module.css';

const charactersMax = 100;

/** One line for everyone who waits: put up, changed, taken away. */
export function NoticeForm({ company, rental }: { company: string; rental: Rental }) {
  const client = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const put = async (notice: string) => {
    await api.changeLive(company, rental.id, { notice });
    await client.invalidateQueries({ queryKey: rentalKey(rental.id) });
  };
  const form = useForm<{ notice: string }>({
    initial: { notice: rental.notice },
    validate: ({ notice }) => (notice.trim() === '' ? { notice: '보여 줄 말을 적어 주세요.' } : {}),
    submit: async ({ notice }) => {
      await put(notice);
      toast.done('공지를 올렸어요. 기다리는 손님 화면에 곧 보여요.');
    },
  });
  const remove = async () => {
    setRemoving(true);
    try {
      await put('');
      form.set('notice', '');
      toast.done('공지를 내렸어요.');
    } catch (error) {
      toast.failed(wordsFor(error));
    } finally {
      setRemoving(false);
    }
  };
  const isUp = rental.notice !== '';
  return (
    <Section title="공지" lead="기다리는 손님 모두의 화면에 한 줄을 보여 줘요.">
      <form {...form.formProps} className={formClass('compact')}>
        <TextField
          label="보여 줄 말"
          {...form.field('notice')}
          maxLength={charactersMax}
          placeholder="예: 오늘 주문은 내일 모두 보내 드려요."
          help={isUp ? `지금 보이는 공지: ${rental.notice}` : '한 줄, 100자까지 적을 수 있어요.'}
        />
        <FormProblem problem={form.problem} />
        <div className={styles.controls}>
          <Button type="submit" isPending={form.isPending}>
            {isUp ? '공지 바꾸기' : '공지 올리기'}
          </Button>
          {isUp && (
            <Button look="secondary" onPress={() => void remove()} isPending={isRemoving}>
              공지 내리기
            </Button>
          )}
        </div>
      </form>
    </Section>
  );
}
