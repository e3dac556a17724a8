import { Outlet, useRouterState } from '@tanstack/react-router';
import { LogIn, LogOut, ReceiptText, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Input, Link, Button as RawButton, SearchField } from 'react-aria-components';
import { useMe, useSignOut } from '~/features/session/session';
import { ddib, server } from '~/shared/paths';
import { Confirm } from '~/shared/ui/Dialog';
import { useNavigate } from '~/shared/ui/useNavigate';
import { useSearch } from '~/shared/ui/useSearch';
import { Wordmark } from '~/shared/ui/Wordmark';
import styles from './StoreFrame.module.css';

const queryCharsMax = 60;

/** Looks for a word among the deals; what is chosen otherwise stays chosen. */
function SearchBox() {
  const [{ q = '', ...rest }] = useSearch();
  const navigate = useNavigate();
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const look = (value: string) => {
    const word = value.trim();
    navigate(ddib.home({ ...rest, ...(word ? { q: word } : {}) }));
  };
  return (
    <SearchField
      className={styles.search}
      aria-label="타임딜 찾기"
      value={text}
      onChange={setText}
      onSubmit={look}
      onClear={() => q && look('')}
    >
      <Search size={18} aria-hidden="true" />
      <Input className={styles.input} placeholder="상품, 가게 이름으로 찾기" maxLength={queryCharsMax} />
    </SearchField>
  );
}

function Account() {
  const [asking, setAsking] = useState(false);
  const { data: me, isPending } = useMe();
  const signOut = useSignOut();
  if (isPending) return <span className={styles.place} aria-hidden="true" />;
  if (!me) {
    return (
      <a className={styles.place} href={server.signIn(location.href)}>
        <LogIn size={20} aria-hidden="true" />
        로그인
      </a>
    );
  }
  return (
    <>
      <RawButton className={styles.place} onPress={() => setAsking(true)} aria-label={`${me.name}, 로그아웃`}>
        <LogOut size={20} aria-hidden="true" />
        <span className={styles.name}>{me.name}</span>
      </RawButton>
      <Confirm
        isOpen={asking}
        onClose={() => setAsking(false)}
        title="로그아웃할까요?"
        confirm="로그아웃"
        onConfirm={() => void signOut()}
      >
        이 브라우저에서만 로그아웃해요. 주문은 그대로 남아요.
      </Confirm>
    </>
  );
}

/** The storefront's frame: where one is, a search, one's orders, who one is. */
export function StoreFrame() {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const atOrders = pathname.startsWith(ddib.orders());
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        본문으로 가기
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link href={ddib.home()} className={styles.brand} aria-label="DDIB 처음으로">
            <Wordmark name="DDIB" />
          </Link>
          {!atOrders && <SearchBox />}
          <nav className={styles.places} aria-label="주 메뉴">
            <Link
              href={ddib.orders()}
              className={styles.place}
              {...(atOrders ? { 'aria-current': 'page' } : {})}
            >
              <ReceiptText size={20} aria-hidden="true" />내 주문
            </Link>
            <Account />
          </nav>
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <footer className={styles.footer}>
        <p>상품은 각 판매자가 팔고 보내요. 결제도 판매자가 쓰는 결제사에서 해요.</p>
      </footer>
    </div>
  );
}
