import { Check, ChevronDown } from 'lucide-react';
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { cx } from '../parts/cx';
import { FieldFooter, type FieldFrame, FieldLabel } from './Field';
import styles from './Field.module.css';

export interface Option<Value extends string> {
  value: Value;
  label: string;
}

interface SelectFieldProps<Value extends string> extends FieldFrame {
  value: Value | null;
  onChange: (value: Value) => void;
  options: readonly Option<Value>[];
  placeholder?: string;
}

export function SelectField<Value extends string>({
  label,
  help,
  error,
  optional = false,
  value,
  onChange,
  options,
  placeholder = '골라 주세요',
  isDisabled = false,
}: SelectFieldProps<Value>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <Select
      className={styles.field}
      value={value}
      onChange={(key) => key !== null && onChange(String(key) as Value)}
      isInvalid={Boolean(error)}
      isRequired={!optional}
      isDisabled={isDisabled}
      validationBehavior="aria"
    >
      <FieldLabel label={label} optional={optional} />
      <Button className={cx(styles.control, styles.select)}>
        <SelectValue className={chosen ? '' : styles.placeholder}>{chosen?.label ?? placeholder}</SelectValue>
        <ChevronDown size={18} aria-hidden="true" />
      </Button>
      <FieldFooter help={help} error={error} />
      <Popover className={styles.popover} offset={4}>
        <ListBox items={options.map((option) => ({ id: option.value, label: option.label }))}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className={styles.option}>
              {({ isSelected }) => (
                <>
                  {option.label}
                  {isSelected && <Check size={18} aria-hidden="true" />}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
