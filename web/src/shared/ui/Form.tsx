import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../parts/cx';
import { Notice } from '../parts/Notice';
import styles from './Form.module.css';

/** Fields that belong together, under a heading. */
export function FieldGroup({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}) {
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{title}</legend>
      {lead && <p className={styles.lead}>{lead}</p>}
      <div className={styles.fields}>{children}</div>
    </fieldset>
  );
}

/** Two fields side by side where there is room. */
export const Pair = ({ children }: { children: ReactNode }) => <div className={styles.pair}>{children}</div>;

/** Why the form as a whole was refused. */
export function FormProblem({ problem }: { problem: string | null }) {
  if (problem === null) return null;
  return (
    <Notice tone="danger" icon={<CircleAlert size={20} />} live>
      {problem}
    </Notice>
  );
}

/** `card`: on a surface of its own; `compact`: few fields, in a dialog. */
export const formClass = (look: 'card' | 'plain' | 'compact' = 'plain') =>
  cx(styles.form, look === 'card' && styles.card, look === 'compact' && styles.compact);
