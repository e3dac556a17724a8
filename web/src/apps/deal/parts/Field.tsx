import { useId } from 'react';
import { cx } from '~/shared/parts/cx';
import styles from './Field.module.css';

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  help?: string;
  error?: string | undefined;
  optional?: boolean;
  type?: 'text' | 'tel';
  inputMode?: 'text' | 'numeric' | 'tel';
  autoComplete?: string;
  placeholder?: string;
  maxLength?: number;
}

/** One line of text: its label above, help below, and in place of the help what is wrong. */
export function Field({
  label,
  name,
  value,
  onChange,
  onBlur,
  help,
  error,
  optional = false,
  type = 'text',
  ...input
}: FieldProps) {
  const id = useId();
  const below = error ?? help;
  return (
    <div className={cx(styles.field, error && styles.wrong)} data-invalid={error ? '' : undefined}>
      <label className={styles.label} htmlFor={id}>
        {label}
        {optional && <span className={styles.optional}>선택</span>}
      </label>
      <input
        {...input}
        id={id}
        name={name}
        type={type}
        className={styles.input}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onBlur={onBlur}
        aria-required={!optional}
        aria-invalid={Boolean(error)}
        aria-describedby={below ? `${id}-below` : undefined}
      />
      {below && (
        <p id={`${id}-below`} className={error ? styles.error : styles.help}>
          {below}
        </p>
      )}
    </div>
  );
}
