import { useState } from 'react';
import type { Delivery } from '~/api/deal';
import { Button } from '../parts/Button';
import { Field } from '../parts/Field';
import { addressLine, charsMax, check, phoneAsTyped } from './delivery';
import styles from './Shop.module.css';
import type { DeliveryDraft } from './useDelivery';

/** An address that this device has kept, in three lines. */
function Kept({ delivery, onChange }: { delivery: Delivery; onChange: () => void }) {
  return (
    <div className={styles.kept}>
      <div>
        <p className={styles.strong}>
          {delivery.recipient} · {delivery.phone}
        </p>
        <p className={styles.soft}>{addressLine(delivery)}</p>
        {delivery.note && <p className={styles.soft}>{delivery.note}</p>}
      </div>
      <Button look="secondary" size="small" onPress={onChange}>
        배송지 바꾸기
      </Button>
    </div>
  );
}

/** Where the parcel goes. Folded while what is kept is good and nobody wants to change it. */
export function DeliveryForm({ draft }: { draft: DeliveryDraft }) {
  const [open, setOpen] = useState(() => Object.keys(check(draft.values)).length > 0);
  const wrong = Object.keys(draft.errors).length > 0;
  const field = (name: keyof Delivery) => ({
    name,
    value: draft.values[name],
    error: draft.errors[name],
    maxLength: charsMax[name],
    onChange: (value: string) => draft.set(name, value),
  });
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>배송지</legend>
      {!open && !wrong ? (
        <Kept delivery={draft.values} onChange={() => setOpen(true)} />
      ) : (
        <div className={styles.fields}>
          <div className={styles.pair}>
            <Field label="받는 분" {...field('recipient')} autoComplete="name" />
            <Field
              label="전화번호"
              {...field('phone')}
              onChange={(value) => draft.set('phone', phoneAsTyped(value))}
              type="tel"
              inputMode="tel"
              autoComplete="tel"
              placeholder="010-1234-5678"
            />
          </div>
          <div className={styles.narrow}>
            <Field
              label="우편번호"
              {...field('postcode')}
              inputMode="numeric"
              autoComplete="postal-code"
              placeholder="다섯 자리"
            />
          </div>
          <Field
            label="주소"
            {...field('line1')}
            autoComplete="address-line1"
            placeholder="도로명과 건물 번호"
          />
          <Field
            label="상세 주소"
            {...field('line2')}
            optional
            autoComplete="address-line2"
            placeholder="동, 호수"
          />
          <Field label="배송 요청" {...field('note')} optional placeholder="문 앞에 놓아 주세요" />
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={draft.keeps}
              onChange={(event) => draft.setKeeps(event.currentTarget.checked)}
            />
            이 기기에 배송지 남겨 두기
          </label>
        </div>
      )}
    </fieldset>
  );
}
