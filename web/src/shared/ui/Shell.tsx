import type { ReactNode } from 'react';
import { Link } from 'react-aria-components';
import { cx } from '../parts/cx';
import styles from './Shell.module.css';

export interface Place {
  href: string;
  label: string;
  icon: ReactNode;
  current: boolean;
}

interface ShellProps {
  brand: ReactNode;
  /** Under the brand: on whose behalf one works. */
  context?: ReactNode;
  places: readonly Place[];
  /** At the rail's foot, and in the top bar of a phone: who is signed in. */
  account: ReactNode;
  children: ReactNode;
}

/** A rail at the left of a desk; on a phone a bar on top and tabs at the bottom. */
export function Shell({ brand, context, places, account, children }: ShellProps) {
  const links = (className: string | undefined) =>
    places.map((place) => (
      <Link
        key={place.href}
        href={place.href}
        className={cx(className, place.current && styles.current)}
        {...(place.current ? { 'aria-current': 'page' } : {})}
      >
        <span aria-hidden="true">{place.icon}</span>
        {place.label}
      </Link>
    ));
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        본문으로 가기
      </a>
      <header className={styles.rail}>
        <div className={styles.brand}>{brand}</div>
        {context && <div className={styles.context}>{context}</div>}
        <nav className={styles.places} aria-label="주 메뉴">
          {links(styles.place)}
        </nav>
        <div className={styles.account}>{account}</div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      {places.length > 1 && (
        <nav className={styles.tabs} aria-label="주 메뉴">
          {links(styles.tab)}
        </nav>
      )}
    </div>
  );
}
