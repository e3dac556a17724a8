import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import styles from './FilterBar.module.css';

interface FilterBarProps<Value extends string> {
  label: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of few, always one chosen. Which one is chosen belongs in the URL. */
export function FilterBar<Value extends string>({ label, options, value, onChange }: FilterBarProps<Value>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (key !== undefined) onChange(String(key) as Value);
      }}
      className={styles.bar}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className={styles.option}>
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
