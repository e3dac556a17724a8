import { NeedsCompany } from '~/features/company/NeedsCompany';
import { useSession } from '~/features/session/session';
import { Page } from '~/shared/ui/Page';
import { OrdersTable } from './OrdersTable';
import { useCompanyOrders } from './queries';

function List({ company }: { company: string }) {
  return <OrdersTable company={company} query={useCompanyOrders(company)} ofDeals />;
}

/** Every order of the company, those of deals that the platform's administrators made included. */
export function OrdersPage() {
  const { company } = useSession();
  return (
    <Page title="주문" lead="모든 타임딜의 주문이에요. 최근에 결제한 주문부터 보여요.">
      {company?.state === 'approved' ? <List company={company.id} /> : <NeedsCompany />}
    </Page>
  );
}
