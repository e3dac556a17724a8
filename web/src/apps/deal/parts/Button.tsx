import type { ReactNode, RefObject } from 'react';
import { cx } from '~/shared/parts/cx';
import styles from './Button.module.css';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'kakao';

interface Shared {
  look?: Look;
  size?: 'medium' | 'large' | 'small';
  children: ReactNode;
}

interface ButtonProps extends Shared {
  onPress?: () => void;
  type?: 'button' | 'submit';
  form?: string;
  isDisabled?: boolean;
  /** Works, says so, and cannot be pressed. */
  pending?: string | false;
  buttonRef?: RefObject<HTMLButtonElement | null>;
  label?: string;
}

/** A button that is pending stays focusable and says in words what it is doing. */
export function Button({
  look = 'primary',
  size = 'medium',
  onPress,
  type = 'button',
  form,
  isDisabled = false,
  pending = false,
  buttonRef,
  label,
  children,
}: ButtonProps) {
  const press = (event: { preventDefault: () => void }) => {
    if (pending) event.preventDefault();
    else onPress?.();
  };
  return (
    <button
      ref={buttonRef}
      type={type}
      form={form}
      disabled={isDisabled}
      aria-disabled={Boolean(pending)}
      aria-label={label}
      className={cx(styles.button, styles[look], styles[size], pending && styles.busy)}
      onClick={press}
    >
      {pending || children}
    </button>
  );
}

/** Looks like a button and loads another page. */
export function ButtonLink({ look = 'primary', size = 'medium', href, children }: Shared & { href: string }) {
  return (
    <a className={cx(styles.button, styles[look], styles[size])} href={href}>
      {children}
    </a>
  );
}
