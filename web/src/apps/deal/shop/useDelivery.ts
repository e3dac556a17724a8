import { useState } from 'react';
import type { Delivery } from '~/api/deal';
import { forget, recall, remember } from '../memory';
import { check, type DeliveryErrors, emptyDelivery } from './delivery';

const key = 'ddib.delivery';

export interface DeliveryDraft {
  values: Delivery;
  errors: DeliveryErrors;
  /** Whether this device keeps the address for the next order. */
  keeps: boolean;
  setKeeps: (keeps: boolean) => void;
  set: (field: keyof Delivery, value: string) => void;
  showErrors: (errors: DeliveryErrors) => void;
  /** The address, trimmed, or `null` with the errors shown. */
  take: () => Delivery | null;
}

const trimmed = (delivery: Delivery): Delivery => ({
  recipient: delivery.recipient.trim(),
  phone: delivery.phone.trim(),
  postcode: delivery.postcode.trim(),
  line1: delivery.line1.trim(),
  line2: delivery.line2.trim(),
  note: delivery.note.trim(),
});

/** What is typed into the form; begins with what this device has kept. */
export function useDelivery(): DeliveryDraft {
  const [values, setValues] = useState<Delivery>(() => ({
    ...emptyDelivery,
    ...recall<Partial<Delivery>>('local', key),
  }));
  const [errors, setErrors] = useState<DeliveryErrors>({});
  const [keeps, setKeeps] = useState(true);
  return {
    values,
    errors,
    keeps,
    setKeeps,
    set: (field, value) => {
      setValues((current) => ({ ...current, [field]: value }));
      setErrors(({ [field]: _, ...rest }) => rest);
    },
    showErrors: setErrors,
    take: () => {
      const wrong = check(values);
      setErrors(wrong);
      if (Object.keys(wrong).length > 0) return null;
      const delivery = trimmed(values);
      if (keeps) remember('local', key, delivery);
      else forget('local', key);
      return delivery;
    },
  };
}
