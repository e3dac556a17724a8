import { ChevronLeft } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'react-aria-components';
import { cx } from '../parts/cx';
import styles from './Page.module.css';

interface PageProps {
  title: string;
  /** Beside the title: the state of the thing. */
  mark?: ReactNode;
  lead?: ReactNode;
  /** The page's one main action. */
  action?: ReactNode;
  back?: { href: string; label: string };
  children: ReactNode;
  /** Forms and texts are easier to read when they are narrow. */
  width?: 'full' | 'form';
}

/** A page of the portal: its title, its one main action, its content. Names the browser's tab. */
export function Page({ title, mark, lead, action, back, children, width = 'full' }: PageProps) {
  useEffect(() => {
    document.title = `${title} · BIDD`;
  }, [title]);
  return (
    <div className={cx(styles.page, width === 'form' && styles.form)}>
      <header className={styles.header}>
        {back && (
          <Link href={back.href} className={styles.back}>
            <ChevronLeft size={18} aria-hidden="true" />
            {back.label}
          </Link>
        )}
        <div className={styles.row}>
          <div className={styles.words}>
            <div className={styles.heading}>
              <h1 className={styles.title}>{title}</h1>
              {mark}
            </div>
            {lead && <div className={styles.lead}>{lead}</div>}
          </div>
          {action && <div className={styles.action}>{action}</div>}
        </div>
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title?: string;
  lead?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  /** `plain`: no card around the content, for tables and grids that bring their own. */
  look?: 'card' | 'plain';
}

/** A part of a page under a heading of its own. */
export function Section({ title, lead, action, children, look = 'card' }: SectionProps) {
  return (
    <section className={cx(styles.section, look === 'card' && styles.card)}>
      {(title || action) && (
        <div className={styles.sectionHead}>
          <div>
            {title && <h2 className={styles.sectionTitle}>{title}</h2>}
            {lead && <p className={styles.sectionLead}>{lead}</p>}
          </div>
          {action}
        </div>
      )}
      {children}
    </section>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
}

/** What is known about a thing: names at the left, values at the right or below. */
export function Facts({ facts, layout = 'rows' }: { facts: readonly Fact[]; layout?: 'rows' | 'grid' }) {
  return (
    <dl className={layout === 'grid' ? styles.factGrid : styles.facts}>
      {facts.map((fact) => (
        <div key={fact.label} className={styles.fact}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
