import type { ReactNode } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { FieldFooter, type FieldFrame, FieldLabel } from './Field';
import field from './Field.module.css';
import styles from './RadioCards.module.css';

export interface RadioCard<Value extends string> {
  value: Value;
  title: string;
  detail?: ReactNode;
  aside?: ReactNode;
}

interface RadioCardsProps<Value extends string> extends FieldFrame {
  value: Value | null;
  onChange: (value: Value) => void;
  cards: readonly RadioCard<Value>[];
  /** `row`: side by side where there is room. */
  layout?: 'row' | 'column';
}

/** A choice among few, each with what one needs to know to choose. */
export function RadioCards<Value extends string>({
  label,
  help,
  error,
  value,
  onChange,
  cards,
  layout = 'column',
  isDisabled = false,
}: RadioCardsProps<Value>) {
  return (
    <RadioGroup
      className={field.field}
      value={value}
      onChange={(next) => onChange(next as Value)}
      isInvalid={Boolean(error)}
      isDisabled={isDisabled}
      validationBehavior="aria"
    >
      <FieldLabel label={label} />
      <div className={layout === 'row' ? styles.row : styles.column}>
        {cards.map((card) => (
          <Radio key={card.value} value={card.value} className={styles.card}>
            <span className={styles.mark} aria-hidden="true" />
            <span className={styles.words}>
              <span className={styles.title}>{card.title}</span>
              {card.detail && <span className={styles.detail}>{card.detail}</span>}
            </span>
            {card.aside && <span className={styles.aside}>{card.aside}</span>}
          </Radio>
        ))}
      </div>
      <FieldFooter help={help} error={error} />
    </RadioGroup>
  );
}
