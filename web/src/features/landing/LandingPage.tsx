import { useQuery } from '@tanstack/react-query';
import { Clock3, ListOrdered, MessageCircle, ReceiptText } from 'lucide-react';
import { useEffect } from 'react';
import { api } from '~/api/bidd';
import { useMe } from '~/features/session/session';
import { people, won } from '~/shared/format/number';
import { Skeleton } from '~/shared/parts/Skeleton';
import { bidd, server } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Wordmark } from '~/shared/ui/Wordmark';
import styles from './LandingPage.module.css';

const promises = [
  {
    icon: <Clock3 size={24} />,
    title: '정각에 열려요',
    text: '서버를 미리 띄우고 데워 두었다가, 정한 시간에 정확히 판매를 시작해요.',
  },
  {
    icon: <ListOrdered size={24} />,
    title: '순서를 지켜요',
    text: '한꺼번에 몰려도 모두 대기 순서를 받고, 재고보다 많이 팔리지 않아요.',
  },
  {
    icon: <ReceiptText size={24} />,
    title: '정산까지 맞아요',
    text: '모든 주문이 장부에 한 번씩 남고, 끝나면 정산 결과를 바로 볼 수 있어요.',
  },
];

const steps = [
  '사업자 정보로 신청하기',
  '빈 시간과 요금제 고르기',
  '상품과 결제키 등록하기',
  '판매하고 정산 받기',
];

const timeline = [
  { at: '오전 9:50', text: '우리 가게만의 서버를 띄우고 데워요' },
  { at: '오전 10:00', text: '정각에 문을 열고 순서대로 맞아요', open: true },
  { at: '오전 11:00', text: '문을 닫고 남은 결제를 마무리해요' },
  { at: '오전 11:02', text: '장부를 맞추고 정산 결과를 보여 드려요' },
];

/** How one hour of sale goes, from the making of the server to the books. */
function Timeline() {
  return (
    <figure className={styles.timeline}>
      <figcaption>오전 10시 타임딜은 이렇게 흘러가요</figcaption>
      <ol>
        {timeline.map((moment) => (
          <li key={moment.at} className={moment.open ? styles.opening : undefined}>
            <span className={styles.at}>{moment.at}</span>
            {moment.text}
          </li>
        ))}
      </ol>
    </figure>
  );
}

function Plans() {
  const plans = useQuery({ queryKey: ['plans'], queryFn: api.plans, staleTime: Number.POSITIVE_INFINITY });
  if (plans.isPending) return <Skeleton height={148} />;
  if (!plans.data) return null;
  return (
    <ul className={styles.plans}>
      {plans.data.map((plan) => (
        <li key={plan.code} className={styles.plan}>
          <h3>{plan.name}</h3>
          <p className={styles.price}>
            <strong>{won(plan.feePerHour)}</strong> / 1시간
          </p>
          <p className={styles.soft}>
            예상 손님 {people(plan.expectedShoppers)}, 1초에 {people(plan.admissionsPerSecond)}씩 입장
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The page for those who are not signed in: what it is, what it costs, one way in. */
export function LandingPage() {
  const me = useMe();
  useEffect(() => {
    document.title = 'BIDD · 시간을 빌려 여는 타임딜';
  }, []);
  const start = me.data ? (
    <ButtonLink size="large" href={bidd.home()}>
      내 타임딜로 가기
    </ButtonLink>
  ) : (
    <ButtonLink
      size="large"
      look="kakao"
      icon={<MessageCircle size={20} />}
      external
      href={server.signIn(`${location.origin}${bidd.home()}`)}
    >
      카카오로 시작하기
    </ButtonLink>
  );
  return (
    <div className={styles.landing}>
      <header className={styles.top}>
        <Wordmark />
      </header>
      <main className={styles.main}>
        <section className={styles.hero}>
          <div className={styles.words}>
            <h1>
              타임딜이 열리는 시간만
              <br />
              서버를 빌려요
            </h1>
            <p>
              빌린 시간 동안 우리 가게만 쓰는 서버가 생겨요. 손님은 순서대로 들어와 사고, 끝나면 정산까지
              남아요. 대여료만 내고 판매 수수료는 없어요.
            </p>
            <div className={styles.start}>{start}</div>
          </div>
          <Timeline />
        </section>
        <ul className={styles.promises}>
          {promises.map((promise) => (
            <li key={promise.title}>
              <span className={styles.icon} aria-hidden="true">
                {promise.icon}
              </span>
              <h2>{promise.title}</h2>
              <p className={styles.soft}>{promise.text}</p>
            </li>
          ))}
        </ul>
        <section className={styles.block}>
          <h2>이렇게 진행돼요</h2>
          <ol className={styles.steps}>
            {steps.map((step, at) => (
              <li key={step}>
                <span className={styles.number} aria-hidden="true">
                  {at + 1}
                </span>
                {step}
              </li>
            ))}
          </ol>
        </section>
        <section className={styles.block}>
          <h2>요금제</h2>
          <Plans />
        </section>
      </main>
    </div>
  );
}
