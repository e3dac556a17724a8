import type { Status } from '~/api/deal';
import { clock } from '~/shared/format/time';
import { paths } from '../route';
import styles from './Rules.module.css';

/** The rules of the room, folded: nobody has to read them to wait. */
export function Rules({ status }: { status: Status }) {
  const isDraw = status.prequeue === 'draw';
  const opens = clock(status.opensAt);
  return (
    <details className={styles.rules}>
      <summary className={styles.summary}>대기와 입장은 이렇게 진행돼요</summary>
      <div className={styles.body}>
        <ul className={styles.list}>
          <li>
            {isDraw
              ? `${opens} 전에 온 사람은 모두 추첨으로 순서를 정해요. 일찍 왔다고 앞서지 않아요.`
              : '온 차례대로 순서를 정해요.'}
          </li>
          {isDraw && <li>{opens} 뒤에 온 사람은 그 뒤에 온 차례대로 서요.</li>}
          <li>한 사람에 순서는 하나예요. 여러 창이나 기기로 열어도 늘어나지 않아요.</li>
          <li>차례가 되면 입장 버튼이 나타나요. 오래 누르지 않으면 자리가 다음 분에게 가요.</li>
          <li>새로고침하거나 창을 닫았다가 다시 열어도 순서는 그대로예요.</li>
        </ul>
        {isDraw && (
          <>
            <p>
              순서를 정할 값은 추첨 전에 잠가 두고, 추첨 뒤에 열어요. 누구나 추첨이 공정했는지 계산해 볼 수
              있어요.
            </p>
            <a className={styles.link} href={paths.draw()}>
              추첨 확인하기
            </a>
          </>
        )}
      </div>
    </details>
  );
}
