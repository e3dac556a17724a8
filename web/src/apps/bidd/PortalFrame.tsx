import { Outlet, useRouterState } from '@tanstack/react-router';
import {
  CalendarDays,
  ClipboardCheck,
  House,
  LogOut,
  MessageCircle,
  ReceiptText,
  Settings,
  Ticket,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button as RawButton } from 'react-aria-components';
import type { Me } from '~/api/types';
import { SessionProvider, useMe, useSession, useSignOut } from '~/features/session/session';
import { Skeleton } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { bidd, server } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Confirm } from '~/shared/ui/Dialog';
import { Loaded } from '~/shared/ui/Loaded';
import { SelectField } from '~/shared/ui/SelectField';
import { type Place, Shell } from '~/shared/ui/Shell';
import { Wordmark } from '~/shared/ui/Wordmark';
import styles from './PortalFrame.module.css';

function usePlaces(): Place[] {
  const { me, company } = useSession();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const place = (href: string, label: string, icon: Place['icon']): Place => ({
    href,
    label,
    icon,
    current: pathname === href || pathname.startsWith(`${href}/`),
  });
  const selling = company?.state === 'approved';
  const shop = selling
    ? [
        place(bidd.calendar(), '빈 시간', <CalendarDays size={20} />),
        place(bidd.rentals(), '타임딜', <Ticket size={20} />),
        place(bidd.orders(), '주문', <ReceiptText size={20} />),
      ]
    : [];
  return [
    ...(company || !me.admin ? [place(bidd.home(), '홈', <House size={20} />)] : []),
    ...shop,
    ...(company ? [place(bidd.settings(), '설정', <Settings size={20} />)] : []),
    ...(me.admin ? [place(bidd.adminCompanies(), '입점 심사', <ClipboardCheck size={20} />)] : []),
  ];
}

function Account({ me }: { me: Me }) {
  const [asking, setAsking] = useState(false);
  const signOut = useSignOut();
  return (
    <div className={styles.account}>
      <span className={styles.name}>{me.name}</span>
      <RawButton className={styles.out} aria-label="로그아웃" onPress={() => setAsking(true)}>
        <LogOut size={18} aria-hidden="true" />
      </RawButton>
      <Confirm
        isOpen={asking}
        onClose={() => setAsking(false)}
        title="로그아웃할까요?"
        confirm="로그아웃"
        onConfirm={() => void signOut()}
      >
        이 브라우저에서만 로그아웃해요. 진행 중인 타임딜은 그대로 이어져요.
      </Confirm>
    </div>
  );
}

function Context() {
  const { me, company, choose } = useSession();
  if (me.companies.length > 1 && company) {
    return (
      <SelectField
        label="가게"
        value={company.id}
        onChange={choose}
        options={me.companies.map((one) => ({ value: one.id, label: one.name }))}
      />
    );
  }
  return company?.name ?? (me.admin ? '관리자' : null);
}

/** After going somewhere, the keyboard and a screen reader begin at the new page, not at the old link. */
function useFocusOnArrival(): void {
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const left = useRef(pathname);
  useEffect(() => {
    if (left.current !== undefined && left.current !== pathname) {
      document.getElementById('main')?.focus({ preventScroll: true });
    }
    left.current = pathname;
  }, [pathname]);
}

function Portal({ me }: { me: Me }) {
  const places = usePlaces();
  useFocusOnArrival();
  return (
    <Shell brand={<Wordmark />} context={<Context />} places={places} account={<Account me={me} />}>
      <Outlet />
    </Shell>
  );
}

function SignInFirst() {
  return (
    <main className={styles.signIn}>
      <h1>
        <Wordmark />
      </h1>
      <Empty
        title="로그인이 필요해요"
        action={
          <ButtonLink
            look="kakao"
            size="large"
            icon={<MessageCircle size={20} />}
            external
            href={server.signIn(location.href)}
          >
            카카오로 로그인하기
          </ButtonLink>
        }
      >
        로그인하면 보던 화면으로 바로 돌아와요.
      </Empty>
    </main>
  );
}

/** Everything behind the sign-in. */
export function PortalFrame() {
  const query = useMe();
  return (
    <Loaded
      query={query}
      skeleton={
        <div className={styles.loading}>
          <Skeleton height={40} width={160} />
          <Skeleton height={240} />
        </div>
      }
    >
      {(me) =>
        me === null ? (
          <SignInFirst />
        ) : (
          <SessionProvider me={me}>
            <Portal me={me} />
          </SessionProvider>
        )
      }
    </Loaded>
  );
}
