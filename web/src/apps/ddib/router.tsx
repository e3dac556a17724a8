import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { HomePage } from '~/features/storefront/HomePage';
import { Empty } from '~/shared/parts/States';
import { ddib } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { SignedIn } from './SignedIn';
import { StoreFrame } from './StoreFrame';

const NotFound = () => (
  <Empty title="찾는 화면이 없어요" action={<ButtonLink href={ddib.home()}>처음으로 가기</ButtonLink>}>
    주소가 바뀌었거나 잘못 적혔을 수 있어요.
  </Empty>
);

const root = createRootRoute({ component: StoreFrame, notFoundComponent: NotFound });
const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });
const deal = createRoute({
  getParentRoute: () => root,
  path: '/deals/$deal',
  component: lazyRouteComponent(() => import('~/features/storefront/DealPage'), 'DealPage'),
});
const company = createRoute({
  getParentRoute: () => root,
  path: '/companies/$company',
  component: lazyRouteComponent(() => import('~/features/storefront/CompanyPage'), 'CompanyPage'),
});

const mine = createRoute({ getParentRoute: () => root, id: 'mine', component: SignedIn });
const orders = createRoute({
  getParentRoute: () => mine,
  path: '/orders',
  component: lazyRouteComponent(() => import('~/features/myorders/MyOrdersPage'), 'MyOrdersPage'),
});
const order = createRoute({
  getParentRoute: () => mine,
  path: '/orders/$order',
  component: lazyRouteComponent(() => import('~/features/myorders/MyOrderPage'), 'MyOrderPage'),
});

/** Search parameters are plain words here: no JSON in an address that people read. */
export const router = createRouter({
  routeTree: root.addChildren([home, deal, company, mine.addChildren([orders, order])]),
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const entries = Object.entries(search).filter(([, value]) => value !== undefined);
    return entries.length > 0
      ? `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}`
      : '';
  },
  scrollRestoration: true,
  defaultPreload: false,
});
