import { Check, ChevronRight } from 'lucide-react';
import { Link } from 'react-aria-components';
import type { Rental } from '~/api/types';
import { useCompany } from '~/features/company/queries';
import { cx } from '~/shared/parts/cx';
import { bidd } from '~/shared/paths';
import { Section } from '~/shared/ui/Page';
import styles from './RentalPage.module.css';

interface Step {
  title: string;
  detail: string;
  done: boolean;
  href?: string;
}

function StepRow({ step }: { step: Step }) {
  const content = (
    <>
      <span className={cx(styles.check, step.done && styles.checked)} aria-hidden="true">
        {step.done && <Check size={16} strokeWidth={3} />}
      </span>
      <span className={styles.stepWords}>
        <span className={styles.stepTitle}>
          {step.title}
          <span className="visually-hidden">{step.done ? ' 마침' : ' 남음'}</span>
        </span>
        <span className={styles.soft}>{step.detail}</span>
      </span>
      {step.href && <ChevronRight size={18} aria-hidden="true" />}
    </>
  );
  return step.href ? (
    <Link href={step.href} className={styles.step}>
      {content}
    </Link>
  ) : (
    <div className={styles.step}>{content}</div>
  );
}

/** What is still missing before the deal can open. */
export function Checklist({ company, rental }: { company: string; rental: Rental }) {
  const merchant = useCompany(company).data?.merchantConfigured ?? false;
  const paid = rental.state !== 'awaitingPayment';
  const steps: Step[] = [
    { title: '대여료 결제', detail: paid ? '결제가 끝났어요.' : '결제하면 이 시간이 확정돼요.', done: paid },
    {
      title: '상품 등록',
      detail:
        rental.products > 0 ? `${rental.products}개를 등록했어요.` : '팔 상품을 하나 이상 등록해 주세요.',
      done: rental.products > 0,
      ...(rental.products > 0 ? {} : { href: bidd.rental(rental.id, { view: 'products' }) }),
    },
    {
      title: '결제키 등록',
      detail: merchant ? '결제키가 있어요.' : '손님 결제를 받을 결제키가 필요해요.',
      done: merchant,
      ...(merchant ? {} : { href: bidd.settings() }),
    },
  ];
  const left = steps.filter((step) => !step.done).length;
  return (
    <Section
      title="준비하기"
      lead={left === 0 ? '모두 준비됐어요. 시작 시간에 저절로 열려요.' : `${left}가지가 남았어요.`}
    >
      <ol className={styles.steps}>
        {steps.map((step) => (
          <li key={step.title}>
            <StepRow step={step} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
