import { useEffect, useId, useState } from 'react';
import { type Draw, type Position, runtime, type Status } from '~/api/deal';
import { number, people } from '~/shared/format/number';
import { dateTime } from '~/shared/format/time';
import { Notice } from '~/shared/parts/Notice';
import { Skeleton } from '~/shared/parts/Skeleton';
import { wordsFor } from '~/shared/words/errors';
import { Away } from '../parts/Away';
import { ButtonLink } from '../parts/Button';
import { Field } from '../parts/Field';
import { isTicketGone } from '../room/words';
import { paths } from '../route';
import { usePoller } from '../usePoller';
import { check, numberOf } from './arithmetic';
import styles from './Draw.module.css';
import { promised, rememberPromise } from './promise';

/** What the deal publishes, and where the one who looks stands, with a ticket. */
function usePublished() {
  const [status, setStatus] = useState<Status | null>(null);
  const [position, setPosition] = useState<Position | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const { failures, error } = usePoller({
    ask: async () => {
      const next = await runtime.status();
      rememberPromise(next);
      setStatus(next);
      setPosition(
        await runtime.position().catch((refusal: unknown) => {
          if (isTicketGone(refusal)) return null;
          throw refusal;
        }),
      );
      return next.drawn || next.phase === 'closed' ? null : next.pollAfterMs;
    },
    refused: setRefused,
  });
  return { status, position, refused, failures, error };
}

function Check({ fits, children }: { fits: boolean; children: string }) {
  return (
    <li className={fits ? styles.fits : styles.fails}>
      <span aria-hidden="true">{fits ? '✓' : '✕'}</span>
      <span>
        {children} <b>{fits ? '맞아요' : '맞지 않아요'}</b>
      </span>
    </li>
  );
}

/** Each step of the arithmetic, done here and held against what the deal says. */
function Checks({ status, drawn }: { status: Status; drawn: Draw }) {
  const { secretFits, seedFits } = check({ commitment: status.commitment, drawn });
  const seen = promised(status.deal);
  return (
    <ul className={styles.checks} aria-label="확인한 것">
      {seen !== null && (
        <Check fits={seen === status.commitment}>추첨 전에 이 기기가 본 값과 미리 공개한 값이</Check>
      )}
      <Check fits={secretFits}>미리 공개한 값과 추첨에 쓴 비밀값이</Check>
      <Check fits={seedFits}>비밀값과 참여한 사람들로 계산한 순서 값이</Check>
    </ul>
  );
}

/** The number of anyone who came, recomputed; one's own to begin with. */
function Numbers({ drawn, position }: { drawn: Draw; position: Position | null }) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? (position ? String(position.entrant) : '');
  const entrant = /^[1-9]\d{0,14}$/.test(shown) ? Number(shown) : null;
  const took = entrant !== null && entrant <= drawn.entrants;
  const result = useId();
  const computed = took ? numberOf(drawn.seed, drawn.entrants, entrant) : entrant;
  const isOwn = position !== null && entrant === position.entrant;
  return (
    <section className={styles.card} aria-labelledby={result}>
      <h2 id={result} className={styles.subtitle}>
        뽑은 순서 계산하기
      </h2>
      <Field
        label="온 차례"
        name="entrant"
        inputMode="numeric"
        maxLength={15}
        value={shown}
        onChange={setText}
        help={`1번부터 ${people(drawn.entrants)}이 추첨에 참여했어요.`}
        error={shown !== '' && entrant === null ? '1부터 시작하는 숫자로 적어 주세요.' : undefined}
      />
      {computed !== null && entrant !== null && (
        <div aria-live="polite" className={styles.result}>
          <p className={styles.figure}>
            {number(computed)}
            <span className={styles.unit}>번</span>
          </p>
          <p className={styles.text}>
            {took
              ? `${number(entrant)}번째로 온 사람이 추첨에서 뽑은 순서예요.`
              : '문이 열린 뒤에 온 사람은 추첨 없이 온 차례가 그대로 순서예요.'}
          </p>
          {isOwn && position.number !== undefined && (
            <ul className={styles.checks}>
              <Check fits={position.number === computed}>서버가 알려 준 내 대기 순서와 계산한 순서가</Check>
            </ul>
          )}
        </div>
      )}
    </section>
  );
}

function Published({ status }: { status: Status }) {
  const { drawn } = status;
  const values: [string, string][] = [
    ['미리 공개한 값', status.commitment],
    ...(drawn
      ? ([
          ['추첨에 쓴 비밀값', drawn.secret],
          ['참여한 사람의 값을 모은 것', drawn.accumulator],
          ['순서를 정한 값', drawn.seed],
          ['추첨에 참여한 사람', number(drawn.entrants)],
        ] satisfies [string, string][])
      : []),
  ];
  return (
    <section className={styles.card}>
      <h2 className={styles.subtitle}>공개한 값</h2>
      <dl className={styles.values}>
        {values.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function introduction(status: Status): string {
  if (status.prequeue === 'fifo') return '이 타임딜은 추첨 없이 온 차례대로 순서를 정해요.';
  if (status.drawn)
    return '순서는 추첨 전에 잠가 둔 값과 참여한 사람들로 정해졌어요. 아래 계산은 모두 이 기기에서 공개한 값만으로 했어요.';
  if (status.phase === 'closed') return '타임딜이 끝나 더 확인할 것이 없어요.';
  return `${dateTime(status.opensAt)}에 문이 열리는 순간 추첨해요. 그때 정할 값은 이미 잠가 뒀고, 아래 값이 그 증거예요. 이 기기가 기억해 뒀다가 추첨 뒤에 견줘 볼게요.`;
}

/** Anyone may check the draw here: nothing but what is published goes into it. */
export function DrawPage() {
  const { status, position, refused, failures, error } = usePublished();
  useEffect(() => {
    document.title = status ? `추첨 확인 · ${status.title}` : '추첨 확인';
  }, [status]);
  const isDraw = status?.prequeue === 'draw';
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <p className={styles.company}>{status?.title ?? ' '}</p>
        <h1 className={styles.title}>추첨 확인하기</h1>
      </div>
      <Away failures={failures} error={error} />
      {refused !== null && (
        <Notice tone="danger" live>
          {wordsFor(refused)}
        </Notice>
      )}
      {status ? (
        <>
          <p className={styles.text}>{introduction(status)}</p>
          {isDraw && status.drawn && (
            <>
              <Checks status={status} drawn={status.drawn} />
              {status.drawn.entrants > 0 && <Numbers drawn={status.drawn} position={position} />}
            </>
          )}
          {isDraw && <Published status={status} />}
        </>
      ) : (
        <Skeleton height={320} />
      )}
      <ButtonLink look="secondary" href={paths.room()}>
        타임딜로 돌아가기
      </ButtonLink>
    </div>
  );
}
