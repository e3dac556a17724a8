import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  NumberField as AriaNumberField,
  TextField as AriaTextField,
  FieldError,
  Group,
  Input,
  Label,
  Text,
  TextArea,
} from 'react-aria-components';
import { cx } from '../parts/cx';
import styles from './Field.module.css';

export interface FieldFrame {
  label: string;
  /** Stands below the control for as long as there is no error. */
  help?: ReactNode;
  /** What is wrong, in words; marks the field. */
  error?: string | undefined;
  optional?: boolean;
  isDisabled?: boolean;
}

export function FieldLabel({ label, optional }: Pick<FieldFrame, 'label' | 'optional'>) {
  return (
    <Label className={styles.label}>
      {label}
      {optional && <span className={styles.optional}>선택</span>}
    </Label>
  );
}

/** Help, or in its place the error. */
export function FieldFooter({ help, error }: Pick<FieldFrame, 'help' | 'error'>) {
  return (
    <>
      {help && !error && (
        <Text slot="description" className={styles.help}>
          {help}
        </Text>
      )}
      <FieldError className={styles.error}>
        <CircleAlert size={16} aria-hidden="true" />
        {error}
      </FieldError>
    </>
  );
}

interface TextFieldProps extends FieldFrame {
  name?: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  type?: 'text' | 'email' | 'tel' | 'password';
  inputMode?: 'numeric' | 'text' | 'email' | 'tel';
  placeholder?: string;
  prefix?: string;
  suffix?: string;
  autoComplete?: string;
  maxLength?: number;
  /** More than one line. */
  multiline?: boolean;
  autoFocus?: boolean;
}

export function TextField({
  label,
  help,
  error,
  optional = false,
  prefix,
  suffix,
  placeholder,
  multiline = false,
  ...props
}: TextFieldProps) {
  return (
    <AriaTextField
      {...props}
      className={styles.field}
      isInvalid={Boolean(error)}
      isRequired={!optional}
      validationBehavior="aria"
    >
      <FieldLabel label={label} optional={optional} />
      <div className={styles.control}>
        {prefix && <span className={styles.prefix}>{prefix}</span>}
        {multiline ? (
          <TextArea className={cx(styles.input, styles.area)} placeholder={placeholder} />
        ) : (
          <Input className={styles.input} placeholder={placeholder} />
        )}
        {suffix && <span className={styles.affix}>{suffix}</span>}
      </div>
      <FieldFooter help={help} error={error} />
    </AriaTextField>
  );
}

interface AmountFieldProps extends FieldFrame {
  name?: string;
  /** `null` while nothing is typed. */
  value: number | null;
  onChange: (value: number | null) => void;
  /** The unit after the number: `원`, `개`. */
  unit: string;
  min?: number;
  max?: number;
  autoFocus?: boolean;
}

/** A whole number with its unit; grouped as one types. Money is this with `원`. */
export function AmountField({
  label,
  help,
  error,
  optional = false,
  value,
  onChange,
  unit,
  min = 0,
  max,
  ...props
}: AmountFieldProps) {
  return (
    <AriaNumberField
      {...props}
      className={styles.field}
      value={value ?? Number.NaN}
      onChange={(next) => onChange(Number.isNaN(next) ? null : next)}
      minValue={min}
      {...(max === undefined ? {} : { maxValue: max })}
      formatOptions={{ maximumFractionDigits: 0 }}
      isInvalid={Boolean(error)}
      isRequired={!optional}
      validationBehavior="aria"
    >
      <FieldLabel label={label} optional={optional} />
      <Group className={styles.control}>
        <Input className={cx(styles.input, styles.number)} />
        <span className={styles.affix}>{unit}</span>
      </Group>
      <FieldFooter help={help} error={error} />
    </AriaNumberField>
  );
}
