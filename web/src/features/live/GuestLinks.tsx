import { useQueryClient } from '@tanstack/react-query';
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Rental } from '~/api/types';
import { rentalKey } from '~/features/rental/queries';
import { pieces } from '~/shared/format/number';
import { Notice } from '~/shared/parts/Notice';
import { Button } from '~/shared/ui/Button';
import { AmountField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { Facts, Section } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import styles from './GuestLinks.module.css';
import { WithdrawLinks } from './WithdrawLinks';

const atOnceMax = 200;
const inAllMax = 1_000;

/** A text file with a link a line, which any spreadsheet opens as one column. */
function download(links: string[]) {
  const address = URL.createObjectURL(new Blob([`${links.join('\n')}\n`], { type: 'text/csv' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = 'guests.csv';
  anchor.click();
  URL.revokeObjectURL(address);
}

async function copy(links: string[]) {
  try {
    await navigator.clipboard.writeText(links.join('\n'));
    toast.done('초대 링크를 복사했어요.');
  } catch {
    toast.failed('복사하지 못했어요. 파일로 내려받아 주세요.');
  }
}

/** Links that were just made: the only time that anybody sees them. */
function Made({ links }: { links: string[] }) {
  return (
    <div className={styles.made}>
      <Notice tone="warning" title={`초대 링크 ${pieces(links.length)}를 만들었어요`} live>
        지금만 볼 수 있어요. 화면을 벗어나기 전에 복사하거나 내려받아 주세요.
      </Notice>
      <ol className={styles.links} aria-label="초대 링크">
        {links.map((link) => (
          <li key={link}>
            <span className={styles.link}>{link}</span>
          </li>
        ))}
      </ol>
      <div className={styles.controls}>
        <Button look="secondary" icon={<Copy size={18} />} onPress={() => void copy(links)}>
          모두 복사하기
        </Button>
        <Button look="secondary" icon={<Download size={18} />} onPress={() => download(links)}>
          파일로 내려받기
        </Button>
      </div>
    </div>
  );
}

/** What became of those that were made. */
function Counts({ links, good }: { links: Rental['guestLinks']; good: number }) {
  return (
    <Facts
      layout="grid"
      facts={[
        { label: '만든 링크', value: pieces(links.made) },
        { label: '쓴 링크', value: pieces(links.used) },
        { label: '거둔 링크', value: pieces(links.withdrawn) },
        { label: '쓸 수 있는 링크', value: pieces(good) },
      ]}
    />
  );
}

/** Links for guests, who come in ahead of the line. */
export function GuestLinks({ company, rental }: { company: string; rental: Rental }) {
  const client = useQueryClient();
  const [shown, setShown] = useState<string[]>([]);
  const { made, used, withdrawn } = rental.guestLinks;
  const left = Math.max(0, inAllMax - made);
  const good = Math.max(0, made - used - withdrawn);
  const form = useForm<{ count: number | null }>({
    initial: { count: null },
    validate: ({ count }) =>
      count === null || count < 1 || count > atOnceMax ? { count: '1개에서 200개 사이로 적어 주세요.' } : {},
    submit: async ({ count }) => {
      setShown((await api.inviteGuests(company, rental.id, count ?? 0)).links);
      form.set('count', null);
      await client.invalidateQueries({ queryKey: rentalKey(rental.id) });
    },
  });
  const onWithdrawn = (links: string[] | 'all') =>
    setShown((current) => (links === 'all' ? [] : current.filter((link) => !links.includes(link))));
  return (
    <Section
      title="초대 링크"
      lead="링크를 연 손님은 줄을 서지 않고 먼저 들어와요. 링크 하나로 한 사람이 한 번, 타임딜이 끝날 때까지 쓸 수 있어요."
    >
      {made > 0 && <Counts links={rental.guestLinks} good={good} />}
      <p className={styles.words}>
        초대한 손님도 동시에 들어올 수 있는 인원에 들어가요. 자리가 없으면 다음에 나는 자리로 들어와요.
      </p>
      {left > 0 && (
        <form {...form.formProps} className={formClass('compact')}>
          <div className={styles.count}>
            <AmountField
              label="만들 링크"
              unit="개"
              {...form.field('count')}
              max={Math.min(atOnceMax, left)}
              help={`한 번에 ${pieces(Math.min(atOnceMax, left))}까지, 앞으로 ${pieces(left)} 더 만들 수 있어요.`}
            />
          </div>
          <FormProblem problem={form.problem} />
          <div className={styles.controls}>
            <Button type="submit" isPending={form.isPending}>
              초대 링크 만들기
            </Button>
          </div>
        </form>
      )}
      {shown.length > 0 && <Made links={shown} />}
      {good > 0 && (
        <WithdrawLinks company={company} rental={rental.id} good={good} onWithdrawn={onWithdrawn} />
      )}
    </Section>
  );
}
