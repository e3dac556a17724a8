import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Link,
  type LinkProps,
} from 'react-aria-components';
import { cx } from '../parts/cx';
import styles from './Button.module.css';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'kakao';

interface Shared {
  look?: Look;
  size?: 'medium' | 'large' | 'small';
  icon?: ReactNode;
  children: ReactNode;
}

const className = (look: Look, size: string, busy = false) =>
  cx(styles.button, styles[look], styles[size], busy && styles.busy);

/** A button while it works keeps its width, says so, and cannot be pressed again. */
export function Button({
  look = 'primary',
  size = 'medium',
  icon,
  children,
  isPending = false,
  ...props
}: Shared & Omit<AriaButtonProps, 'children' | 'className' | 'style'>) {
  return (
    <AriaButton {...props} isPending={isPending} className={className(look, size, isPending)}>
      <span className={styles.content}>
        {icon && <span aria-hidden="true">{icon}</span>}
        {children}
      </span>
      {isPending && (
        <span className={styles.spinner}>
          <span className="visually-hidden">처리하고 있어요</span>
        </span>
      )}
    </AriaButton>
  );
}

/** Looks like a button, goes somewhere: `external` leaves the app and loads a page. */
export function ButtonLink({
  look = 'primary',
  size = 'medium',
  icon,
  children,
  external = false,
  ...props
}: Shared & { external?: boolean } & Omit<LinkProps, 'children' | 'className' | 'style'>) {
  const content = (
    <span className={styles.content}>
      {icon && <span aria-hidden="true">{icon}</span>}
      {children}
    </span>
  );
  if (external) {
    return (
      <a href={props.href} target={props.target} rel={props.rel} className={className(look, size)}>
        {content}
      </a>
    );
  }
  return (
    <Link {...props} className={className(look, size)}>
      {content}
    </Link>
  );
}
