import type { ReactNode } from 'react';
import { Link } from 'react-aria-components';
import { cx } from '../parts/cx';
import styles from './DataTable.module.css';

export interface Column<Row> {
  key: string;
  head: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right, in figures of one width. */
  number?: boolean;
  /** Left out of the card on a phone. */
  deskOnly?: boolean;
}

interface DataTableProps<Row> {
  /** What the table lists, for those who do not see it. */
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Where a row leads. The first column carries the link; the whole row can be pressed. */
  rowHref?: (row: Row) => string;
}

/** A table on a desk, cards on a phone. The first column names the row. */
export function DataTable<Row>({ caption, rows, columns, rowKey, rowHref }: DataTableProps<Row>) {
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cx(column.number && styles.number)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={cx(rowHref && styles.pressable)}>
              {columns.map((column, at) => (
                <td
                  key={column.key}
                  data-label={column.head}
                  className={cx(
                    column.number && styles.number,
                    at === 0 && styles.name,
                    column.deskOnly && styles.deskOnly,
                  )}
                >
                  {at === 0 && rowHref ? (
                    <Link href={rowHref(row)} className={styles.link}>
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
