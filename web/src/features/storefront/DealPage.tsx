import { useParams } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-aria-components';
import type { DealDetail } from '~/api/types';
import { serverNow } from '~/shared/clock';
import { pieces } from '~/shared/format/number';
import { dateTime } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { Countdown } from '~/shared/parts/Countdown';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { Picture } from '~/shared/parts/Picture';
import { Price } from '~/shared/parts/Price';
import { Skeleton } from '~/shared/parts/Skeleton';
import { TimeSpan } from '~/shared/parts/TimeSpan';
import { ddib } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { useTitle } from '~/shared/useTitle';
import styles from './DealPage.module.css';
import { useDeal } from './queries';
import { nearTime, phaseWords } from './when';

/** One deal: what, how much, when, from whom, and the way in. */
export function DealPage() {
  const { deal: name = '' } = useParams({ strict: false });
  const query = useDeal(name);
  useTitle(query.data ? `${query.data.title} · DDIB` : 'DDIB');
  return (
    <Loaded
      query={query}
      skeleton={
        <div className={styles.columns}>
          <div className={styles.blank}>
            <Skeleton height="100%" />
          </div>
          <Skeleton height={360} />
        </div>
      }
    >
      {(deal) => <Detail deal={deal} lookAgain={() => void query.refetch()} />}
    </Loaded>
  );
}

function Detail({ deal, lookAgain }: { deal: DealDetail; lookAgain: () => void }) {
  return (
    <article className={styles.columns}>
      <Picture url={deal.imageUrl} size="full" />
      <div className={styles.words}>
        <header className={styles.head}>
          <Badge {...phaseWords(deal)} />
          <Link href={ddib.company(deal.company.slug)} className={styles.company}>
            {deal.company.name}
            <ChevronRight size={16} aria-hidden="true" />
          </Link>
          <h1 className={styles.title}>{deal.title}</h1>
          <Price price={deal.price} listPrice={deal.listPrice} size="large" />
        </header>
        <WayIn deal={deal} lookAgain={lookAgain} />
        {deal.description && <p className={styles.description}>{deal.description}</p>}
        <section className={styles.products} aria-label="파는 상품">
          <h2 className={styles.heading}>파는 상품 {pieces(deal.products.length)}</h2>
          <ul className={styles.list}>
            {deal.products.map((product) => (
              <li key={product.id} className={styles.product}>
                <Picture url={product.image?.url} size="thumb" lazy />
                <div>
                  <p className={styles.name}>{product.name}</p>
                  <Price price={product.price} listPrice={product.listPrice} />
                  <p className={styles.soft}>
                    준비한 수량 {pieces(product.stock)} · 한 사람에 {pieces(product.perShopperMax)}까지
                  </p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </article>
  );
}

interface Entrance {
  label: string;
  time: ReactNode;
  text: string;
  /** What the button to the deal's own pages says, while they are there. */
  button: string | null;
}

function entranceOf(deal: DealDetail, lookAgain: () => void): Entrance {
  const now = serverNow();
  if (deal.phase === 'closed') {
    return {
      label: '타임딜이 끝났어요',
      time: null,
      text: `${dateTime(deal.closesAt, now)}에 닫혔어요.`,
      button: null,
    };
  }
  if (deal.phase === 'open') {
    return {
      label: '끝날 때까지',
      time: <Countdown to={deal.closesAt} as="digits" onEnd={lookAgain} />,
      text: deal.soldOut
        ? '준비한 수량이 모두 팔렸어요. 결제하지 않은 수량이 돌아오면 다시 살 수 있어요.'
        : '순서를 받으면 차례대로 들어가서 살 수 있어요.',
      button: '타임딜로 가기',
    };
  }
  return {
    label: `${nearTime(deal.opensAt, now)}에 열려요`,
    time: <Countdown to={deal.opensAt} as="digits" onEnd={lookAgain} />,
    text: deal.running
      ? '지금 대기 순서를 받아 두면 열리는 순간 바로 줄에 서요.'
      : '열리기 조금 전부터 이 화면에서 대기 순서를 받을 수 있어요.',
    button: deal.running ? '대기 순서 받으러 가기' : null,
  };
}

/** When, and the one button that says exactly what comes next. */
function WayIn({ deal, lookAgain }: { deal: DealDetail; lookAgain: () => void }) {
  const entrance = entranceOf(deal, lookAgain);
  return (
    <section className={styles.entrance}>
      <p className={styles.soft}>{entrance.label}</p>
      {entrance.time && <p className={styles.time}>{entrance.time}</p>}
      <p className={styles.soft}>{entrance.text}</p>
      <p className={styles.window}>
        <TimeSpan from={deal.opensAt} to={deal.closesAt} />
      </p>
      {entrance.button && (
        <PhoneActionBar>
          <ButtonLink size="large" href={deal.url} external>
            {entrance.button}
          </ButtonLink>
        </PhoneActionBar>
      )}
    </section>
  );
}
