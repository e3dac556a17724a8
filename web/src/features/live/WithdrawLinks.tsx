import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '~/api/bidd';
import { rentalKey } from '~/features/rental/queries';
import { pieces } from '~/shared/format/number';
import { Button } from '~/shared/ui/Button';
import { Confirm, Dialog } from '~/shared/ui/Dialog';
import { TextField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { wordsFor } from '~/shared/words/errors';
import styles from './GuestLinks.module.css';
import { linesOf, withdrawnWords } from './withdrawn';

interface Props {
  company: string;
  rental: string;
  onWithdrawn: (links: string[] | 'all') => void;
}

const namedMax = 50;

/** The links are pasted as they were made: nobody has to know their numbers. */
function SomeLinks({ company, rental, onWithdrawn, onClose }: Props & { onClose: () => void }) {
  const client = useQueryClient();
  const formId = useId();
  const form = useForm<{ links: string }>({
    initial: { links: '' },
    validate: ({ links }) => {
      const count = linesOf(links).length;
      return count < 1 || count > namedMax ? { links: '거둘 링크를 1개에서 50개까지 적어 주세요.' } : {};
    },
    submit: async ({ links }) => {
      const named = linesOf(links);
      const done = await api.withdrawGuests(company, rental, { links: named });
      onWithdrawn(named);
      await client.invalidateQueries({ queryKey: rentalKey(rental) });
      toast.done(withdrawnWords(done));
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="어떤 링크를 거둘까요?"
      actions={
        <>
          <Button look="secondary" onPress={onClose} isDisabled={form.isPending}>
            그대로 두기
          </Button>
          <Button look="danger" type="submit" form={formId} isPending={form.isPending}>
            적은 링크 거두기
          </Button>
        </>
      }
    >
      <form id={formId} {...form.formProps} className={formClass('compact')}>
        <TextField
          label="거둘 초대 링크"
          {...form.field('links')}
          multiline
          autoFocus
          help="한 줄에 하나씩 붙여 넣어 주세요. 거둔 링크는 되살릴 수 없고, 이미 들어온 손님은 그대로 있어요."
        />
        <FormProblem problem={form.problem} />
      </form>
    </Dialog>
  );
}

/** Takes links back that nobody has used: some of them, or all. */
export function WithdrawLinks({ company, rental, onWithdrawn, good }: Props & { good: number }) {
  const client = useQueryClient();
  const [asks, setAsks] = useState<'some' | 'all' | null>(null);
  const close = () => setAsks(null);
  const all = useMutation({
    mutationFn: () => api.withdrawGuests(company, rental, { all: true }),
    onSuccess: async (done) => {
      close();
      onWithdrawn('all');
      await client.invalidateQueries({ queryKey: rentalKey(rental) });
      toast.done(withdrawnWords(done));
    },
    onError: (error) => toast.failed(wordsFor(error)),
  });
  return (
    <div className={styles.withdraw}>
      <p className={styles.words}>잘못 나간 링크는 거둘 수 있어요. 거둔 링크로는 먼저 들어올 수 없어요.</p>
      <div className={styles.controls}>
        <Button look="secondary" icon={<Undo2 size={18} />} onPress={() => setAsks('some')}>
          링크 골라 거두기
        </Button>
        <Button look="secondary" onPress={() => setAsks('all')}>
          남은 링크 모두 거두기
        </Button>
      </div>
      {asks === 'some' && (
        <SomeLinks company={company} rental={rental} onWithdrawn={onWithdrawn} onClose={close} />
      )}
      <Confirm
        isOpen={asks === 'all'}
        onClose={close}
        title="쓰지 않은 링크를 모두 거둘까요?"
        confirm="모두 거두기"
        danger
        isPending={all.isPending}
        onConfirm={() => all.mutate()}
      >
        지금 쓸 수 있는 링크 {pieces(good)}로는 더 이상 먼저 들어올 수 없게 돼요. 거둔 링크는 되살릴 수 없고,
        이미 들어온 손님은 그대로 있어요.
      </Confirm>
    </div>
  );
}
