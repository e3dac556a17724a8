import { Outlet } from '@tanstack/react-router';
import { MessageCircle, UserRound } from 'lucide-react';
import { useMe } from '~/features/session/session';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { server } from '~/shared/paths';
import { ButtonLink } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { useTitle } from '~/shared/useTitle';

/** My Page: everything that belongs to somebody. */
export function SignedIn() {
  const query = useMe();
  useTitle('내 주문 · DDIB');
  return (
    <Loaded query={query} skeleton={<SkeletonRows count={4} height={104} />}>
      {(me) =>
        me ? (
          <Outlet />
        ) : (
          <Empty
            icon={<UserRound size={28} />}
            title="로그인하면 내 주문을 볼 수 있어요"
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
        )
      }
    </Loaded>
  );
}
