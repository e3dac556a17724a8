import { Notice } from '~/shared/parts/Notice';
import { codeOf } from '~/shared/problem';
import { places } from '../storefront';
import { ButtonLink } from './Button';

/** One failure may be a hiccup; from the second on it is said. */
const quietFailures = 1;

interface AwayProps {
  failures: number;
  error: unknown;
  orderHref?: string;
}

/** Nobody answers at the moment: calm words, and no button, since it is tried again by itself. */
export function Away({ failures, error, orderHref }: AwayProps) {
  if (failures <= quietFailures) return null;
  if (codeOf(error) === 'deal_not_running') {
    return (
      <Notice
        tone="brand"
        title="이 타임딜은 지금 열려 있지 않아요"
        action={
          <ButtonLink size="small" href={orderHref ?? places().orders}>
            내 주문 보기
          </ButtonLink>
        }
      >
        끝난 타임딜의 주문은 내 주문에서 볼 수 있어요.
      </Notice>
    );
  }
  return (
    <Notice tone="warning" title="연결이 고르지 않아요">
      순서와 주문은 그대로 있어요. 자동으로 다시 연결하고 있으니 창을 그대로 두세요.
    </Notice>
  );
}
