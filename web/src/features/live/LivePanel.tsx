import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CirclePause, Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Product, Rental, RentalDeal } from '~/api/types';
import { useProducts } from '~/features/product/queries';
import { rentalKey } from '~/features/rental/queries';
import { people, percent, pieces, won } from '~/shared/format/number';
import { Badge } from '~/shared/parts/Badge';
import { Bar } from '~/shared/parts/Bar';
import { Notice } from '~/shared/parts/Notice';
import { Empty } from '~/shared/parts/States';
import { Button } from '~/shared/ui/Button';
import { Confirm } from '~/shared/ui/Dialog';
import { FigureTile, FigureTiles } from '~/shared/ui/FigureTile';
import { Section } from '~/shared/ui/Page';
import { Sparkline } from '~/shared/ui/Sparkline';
import { toast } from '~/shared/ui/Toast';
import { wordsFor } from '~/shared/words/errors';
import { dealPhase } from '~/shared/words/glossary';
import { GuestLinks } from './GuestLinks';
import { historyMs, samplesOf, useHistory } from './history';
import styles from './LivePanel.module.css';
import { NoticeForm } from './NoticeForm';
import { ProofSection } from './ProofSection';
import { StockDialog } from './StockDialog';

interface Props {
  company: string;
  rental: Rental;
}

function Tiles({ deal, rental }: { deal: RentalDeal; rental: string }) {
  const client = useQueryClient();
  const seenAt = client.getQueryState(rentalKey(rental))?.dataUpdatedAt ?? 0;
  const history = useHistory(rental, deal.figures, seenAt);
  const { waiting, inside, admitted, sold, revenue } = deal.figures;
  const chart = (
    figure: 'waiting' | 'inside' | 'sold' | 'revenue',
    label: string,
    tone: 'brand' | 'warm' | 'success',
  ) => (
    <Sparkline
      samples={samplesOf(history, figure)}
      windowMs={historyMs}
      label={`최근 10분 ${label}`}
      tone={tone}
    />
  );
  return (
    <FigureTiles>
      <FigureTile label="대기" value={people(waiting)} note={`입장한 손님 ${people(admitted)}`}>
        {chart('waiting', '대기', 'brand')}
      </FigureTile>
      <FigureTile label="지금 안에" value={people(inside)} note="상품을 보거나 결제하는 중">
        {chart('inside', '지금 안에 있는 손님', 'brand')}
      </FigureTile>
      <FigureTile label="판매" value={pieces(sold)} note="결제까지 끝난 수량">
        {chart('sold', '판매', 'success')}
      </FigureTile>
      <FigureTile label="매출" value={won(revenue)} note="환불을 뺀 금액" warm>
        {chart('revenue', '매출', 'warm')}
      </FigureTile>
    </FigureTiles>
  );
}

function Stock({ company, rental, sold, changeable }: Props & { sold: number; changeable: boolean }) {
  const products = useProducts(company, rental.id);
  const [changed, setChanged] = useState<Product | null>(null);
  const total = products.data?.reduce((sum, product) => sum + product.stock, 0) ?? 0;
  if (total === 0) return null;
  return (
    <Section title="재고">
      <div className={styles.stock}>
        <p className={styles.stockWords}>
          <span>
            {pieces(total)} 가운데 <strong>{pieces(sold)}</strong> 팔렸어요
          </span>
          <span>{percent(sold, total)}</span>
        </p>
        <Bar value={sold} max={total} label="팔린 재고" tone="success" />
      </div>
      <ul className={styles.products}>
        {products.data?.map((product) => (
          <li key={product.id} className={styles.product}>
            <span className={styles.productName}>{product.name}</span>
            <span className="tabular">{pieces(product.stock)}</span>
            {changeable && (
              <Button
                look="secondary"
                size="small"
                aria-label={`${product.name} 재고 바꾸기`}
                onPress={() => setChanged(product)}
              >
                바꾸기
              </Button>
            )}
          </li>
        ))}
      </ul>
      {changed && (
        <StockDialog
          company={company}
          rental={rental.id}
          product={changed}
          onClose={() => setChanged(null)}
        />
      )}
    </Section>
  );
}

/** While there is a waiting room, and somebody may be in it. */
const roomPhases = new Set(['Warming', 'Armed', 'Open']);

function Controls({ company, rental }: Props) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { paused } = rental;
  const change = useMutation({
    mutationFn: (next: boolean) => api.changeLive(company, rental.id, { paused: next }),
    onSuccess: async (_, next) => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: rentalKey(rental.id) });
      toast.done(next ? '입장을 멈췄어요.' : '다시 입장을 시작했어요.');
    },
    onError: (error) => toast.failed(wordsFor(error)),
  });
  return (
    <Section title="조절하기" lead="안에 있는 손님은 하던 결제를 마칠 수 있어요.">
      <div className={styles.controls}>
        <Button
          look="secondary"
          icon={paused ? <Play size={18} /> : <Pause size={18} />}
          onPress={() => setAsking(true)}
        >
          {paused ? '입장 다시 시작하기' : '입장 멈추기'}
        </Button>
      </div>
      <Confirm
        isOpen={asking}
        onClose={() => setAsking(false)}
        title={paused ? '다시 입장을 시작할까요?' : '입장을 멈출까요?'}
        confirm={paused ? '입장 다시 시작하기' : '입장 멈추기'}
        danger={!paused}
        isPending={change.isPending}
        onConfirm={() => change.mutate(!paused)}
      >
        {paused
          ? '기다리던 손님이 순서대로 다시 들어와요.'
          : '기다리는 손님은 순서를 지킨 채 멈추고, 안에 있는 손님은 결제를 마칠 수 있어요. 판매 시간은 그대로 흘러가요.'}
      </Confirm>
    </Section>
  );
}

/** The deal as it happens: the figures large, the controls apart from them. */
export function LivePanel({ company, rental }: Props) {
  const { deal } = rental;
  if (!deal)
    return <Empty title="서버를 준비하고 있어요">준비되면 여기에서 손님과 판매를 볼 수 있어요.</Empty>;
  return (
    <div className={styles.live}>
      <p className={styles.phase}>
        <Badge {...dealPhase(deal.phase)} />
        <span>2초마다 새로 불러와요</span>
      </p>
      {rental.paused && (
        <Notice tone="warning" icon={<CirclePause size={20} />} title="입장이 멈춰 있어요">
          다시 시작하면 기다리던 손님이 순서대로 들어와요.
        </Notice>
      )}
      <Tiles deal={deal} rental={rental.id} />
      <Stock company={company} rental={rental} sold={deal.figures.sold} changeable={deal.phase === 'Open'} />
      {deal.phase === 'Open' && <Controls company={company} rental={rental} />}
      {roomPhases.has(deal.phase) && <NoticeForm company={company} rental={rental} />}
      {roomPhases.has(deal.phase) && <GuestLinks company={company} rental={rental} />}
      {roomPhases.has(deal.phase) && <ProofSection company={company} rental={rental} />}
    </div>
  );
}
