import type { Rental } from '~/api/types';
import { OrdersTable } from './OrdersTable';
import { useOrders } from './queries';

/** Every order of a rental, newest first. */
export function OrdersPanel({ company, rental }: { company: string; rental: Rental }) {
  return (
    <OrdersTable
      company={company}
      query={useOrders(company, rental.id, { live: rental.state === 'running' })}
    />
  );
}
