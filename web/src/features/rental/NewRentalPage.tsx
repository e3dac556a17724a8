import { useQueryClient } from '@tanstack/react-query';
import { api } from '~/api/bidd';
import type { NewRental, Plan } from '~/api/types';
import { NeedsCompany } from '~/features/company/NeedsCompany';
import { useSession } from '~/features/session/session';
import { people, won } from '~/shared/format/number';
import { duration, millis } from '~/shared/format/time';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { TimeSpan } from '~/shared/parts/TimeSpan';
import { bidd } from '~/shared/paths';
import { Button } from '~/shared/ui/Button';
import { DateTimeField } from '~/shared/ui/DateTimeField';
import { TextField } from '~/shared/ui/Field';
import { FieldGroup, FormProblem, formClass, Pair } from '~/shared/ui/Form';
import { Loaded } from '~/shared/ui/Loaded';
import { Facts, Page } from '~/shared/ui/Page';
import { RadioCards } from '~/shared/ui/RadioCards';
import { SelectField } from '~/shared/ui/SelectField';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { useIdempotencyKey } from '~/shared/ui/useIdempotencyKey';
import { useNavigate } from '~/shared/ui/useNavigate';
import { useSearch } from '~/shared/ui/useSearch';
import { sentence, wordsFor } from '~/shared/words/errors';
import { type CategoryCode, categories } from '~/shared/words/glossary';
import { rentalFee } from './life';
import styles from './NewRentalPage.module.css';
import { goPay } from './pay';
import { rentalsKey, usePlans } from './queries';

interface Draft {
  title: string;
  category: CategoryCode | null;
  opensAt: string | null;
  closesAt: string | null;
  plan: string | null;
  proof: 'off' | 'on';
}

const categoryOptions = Object.entries(categories).map(([value, label]) => ({
  value: value as CategoryCode,
  label,
}));

const proofCards = [
  { value: 'off', title: '확인하지 않기', detail: '누르는 즉시 대기 순서를 받아요.' },
  {
    value: 'on',
    title: '확인하기',
    detail:
      '손님의 기기가 1초 안팎으로 계산을 마친 뒤 대기 순서를 받아요. 자동 프로그램이 몰리면 저절로 더 오래 걸리게 해요.',
  },
] as const;

/** A day from the URL; nothing where it is none. */
const instantOrNull = (text: string | undefined) => (text && Number.isFinite(Date.parse(text)) ? text : null);

function problems(draft: Draft): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  if (!draft.title.trim()) found.title = '타임딜 이름을 적어 주세요.';
  if (!draft.category) found.category = '분류를 골라 주세요.';
  if (!draft.plan) found.plan = '요금제를 골라 주세요.';
  if (!draft.opensAt) found.opensAt = '시작 시간을 골라 주세요.';
  if (!draft.closesAt) found.closesAt = '끝나는 시간을 골라 주세요.';
  if (draft.opensAt && draft.closesAt && millis(draft.closesAt) <= millis(draft.opensAt)) {
    found.closesAt = sentence('window_order');
  }
  return found;
}

function Summary({ draft, plan }: { draft: Draft; plan: Plan | undefined }) {
  const { opensAt, closesAt } = draft;
  const complete = plan && opensAt && closesAt && millis(closesAt) > millis(opensAt);
  return (
    <aside className={styles.summary} aria-label="신청 요약">
      <h2 className={styles.heading}>신청 요약</h2>
      {complete ? (
        <>
          <Facts
            facts={[
              { label: '판매 시간', value: <TimeSpan from={opensAt} to={closesAt} /> },
              { label: '길이', value: duration(millis(closesAt) - millis(opensAt)) },
              { label: '요금제', value: plan.name },
              { label: '예상 손님', value: people(plan.expectedShoppers) },
              { label: '동시 입장', value: people(plan.insideMax) },
            ]}
          />
          <p className={styles.total}>
            대여료 <strong>{won(rentalFee(plan.feePerHour, opensAt, closesAt))}</strong>
          </p>
          <p className={styles.note}>시작한 시간마다 {won(plan.feePerHour)}이에요. 판매 수수료는 없어요.</p>
        </>
      ) : (
        <p className={styles.note}>시간과 요금제를 고르면 대여료를 알려 드려요.</p>
      )}
    </aside>
  );
}

function RentalForm({ company, plans }: { company: string; plans: Plan[] }) {
  const [search] = useSearch();
  const navigate = useNavigate();
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const form = useForm<Draft>({
    initial: {
      title: '',
      category: null,
      opensAt: instantOrNull(search.opensAt),
      closesAt: instantOrNull(search.closesAt),
      plan: plans.find((plan) => plan.code === search.plan)?.code ?? plans[0]?.code ?? null,
      proof: 'off',
    },
    validate: problems,
    submit: async ({ proof, ...draft }) => {
      const wanted = { ...draft, title: draft.title.trim(), proofOfWork: proof === 'on' } as NewRental;
      const rental = await api.rent(company, wanted, keyFor(wanted));
      void client.invalidateQueries({ queryKey: rentalsKey(company) });
      try {
        goPay(await api.payFee(company, rental.id, crypto.randomUUID()));
      } catch (error) {
        toast.failed(wordsFor(error));
        navigate(bidd.rental(rental.id), { replace: true });
      }
    },
  });
  const { values } = form;
  return (
    <form {...form.formProps} className={styles.split}>
      <div className={formClass('card')}>
        <FieldGroup title="무엇을 여나요">
          <TextField
            label="타임딜 이름"
            {...form.field('title')}
            placeholder="겨울 니트 하루 특가"
            maxLength={60}
            help="손님이 보는 모든 화면에 이 이름으로 나와요."
          />
          <SelectField label="분류" {...form.field('category')} options={categoryOptions} />
        </FieldGroup>
        <FieldGroup title="언제 여나요">
          <Pair>
            <DateTimeField label="시작" {...form.field('opensAt')} />
            <DateTimeField label="끝" {...form.field('closesAt')} />
          </Pair>
        </FieldGroup>
        <FieldGroup title="얼마나 크게 여나요">
          <RadioCards
            label="요금제"
            {...form.field('plan')}
            cards={plans.map((plan) => ({
              value: plan.code,
              title: plan.name,
              detail: `예상 손님 ${people(plan.expectedShoppers)} · 1초에 ${people(plan.admissionsPerSecond)}씩 입장`,
              aside: `1시간 ${won(plan.feePerHour)}`,
            }))}
          />
        </FieldGroup>
        <FieldGroup title="자동 프로그램을 막을까요">
          <RadioCards
            label="사람인지 확인"
            {...form.field('proof')}
            cards={proofCards}
            help="확인하기를 고르면 자바스크립트를 끈 손님은 순서를 받을 수 없어요. 나중에 바꿀 수 있어요."
          />
        </FieldGroup>
      </div>
      <div className={styles.side}>
        <Summary draft={values} plan={plans.find((plan) => plan.code === values.plan)} />
        <FormProblem problem={form.problem} />
        <PhoneActionBar>
          <Button type="submit" size="large" isPending={form.isPending}>
            신청하고 결제하기
          </Button>
        </PhoneActionBar>
        <p className={styles.note}>
          다음 화면에서 카카오페이로 결제해요. 결제하지 않으면 잠시 뒤 예약이 풀려요.
        </p>
      </div>
    </form>
  );
}

/** What, when and how large; the price beside it; then the payment. */
export function NewRentalPage() {
  const { company } = useSession();
  const plans = usePlans();
  return (
    <Page title="새 타임딜" back={{ href: bidd.calendar(), label: '빈 시간' }}>
      {company?.state === 'approved' ? (
        <Loaded query={plans} skeleton={<SkeletonRows count={3} height={180} />}>
          {(all) => <RentalForm company={company.id} plans={all} />}
        </Loaded>
      ) : (
        <NeedsCompany />
      )}
    </Page>
  );
}
