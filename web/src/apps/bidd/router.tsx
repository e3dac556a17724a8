import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { LandingPage } from '~/features/landing/LandingPage';
import { Empty, Failed } from '~/shared/parts/States';
import { bidd } from '~/shared/paths';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { PortalFrame } from './PortalFrame';

const NotFound = () => (
  <Empty title="찾는 화면이 없어요" action={<ButtonLink href={bidd.landing()}>처음으로 가기</ButtonLink>}>
    주소가 바뀌었거나 잘못 적혔을 수 있어요.
  </Empty>
);

/** A page that broke, or that a newer release has replaced: loading it anew helps with both. */
const Broken = () => (
  <Failed title="화면을 열지 못했어요" action={<Button onPress={() => location.reload()}>새로 열기</Button>}>
    새 화면이 나왔을 수 있어요. 새로 열어도 같으면 잠시 뒤에 다시 와 주세요.
  </Failed>
);

const root = createRootRoute({ notFoundComponent: NotFound });
const landing = createRoute({ getParentRoute: () => root, path: '/', component: LandingPage });
const portal = createRoute({ getParentRoute: () => root, id: 'portal', component: PortalFrame });

const page = (path: string, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => portal, path, component });

const pages = [
  page(
    '/home',
    lazyRouteComponent(() => import('~/features/home/HomePage'), 'HomePage'),
  ),
  page(
    '/apply',
    lazyRouteComponent(() => import('~/features/company/ApplyPage'), 'ApplyPage'),
  ),
  page(
    '/settings',
    lazyRouteComponent(() => import('~/features/company/SettingsPage'), 'SettingsPage'),
  ),
  page(
    '/calendar',
    lazyRouteComponent(() => import('~/features/calendar/CalendarPage'), 'CalendarPage'),
  ),
  page(
    '/rentals',
    lazyRouteComponent(() => import('~/features/rental/RentalsPage'), 'RentalsPage'),
  ),
  page(
    '/rentals/new',
    lazyRouteComponent(() => import('~/features/rental/NewRentalPage'), 'NewRentalPage'),
  ),
  page(
    '/rentals/$rental',
    lazyRouteComponent(() => import('~/features/rental/RentalPage'), 'RentalPage'),
  ),
  page(
    '/orders',
    lazyRouteComponent(() => import('~/features/order/OrdersPage'), 'OrdersPage'),
  ),
  page(
    '/admin/companies',
    lazyRouteComponent(() => import('~/features/admin/AdminCompaniesPage'), 'AdminCompaniesPage'),
  ),
];

/** Search parameters are plain words here: no JSON in an address that people read. */
export const router = createRouter({
  routeTree: root.addChildren([landing, portal.addChildren(pages)]),
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const entries = Object.entries(search).filter(([, value]) => value !== undefined);
    return entries.length > 0
      ? `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}`
      : '';
  },
  scrollRestoration: true,
  defaultPreload: false,
  defaultErrorComponent: Broken,
});
