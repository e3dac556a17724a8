import { Button } from '../parts/Button';
import { Sheet } from '../parts/Sheet';
import type { Room } from './useRoom';

export const LeaveButton = ({ room }: { room: Room }) => (
  <Button look="quiet" size="small" onPress={() => room.askToLeave(true)}>
    내 자리 반납
  </Button>
);

/**
 * Gives the place to others, after asking. To stay is as easy as to leave. Stands beside the screens: the
 * turn may come while one makes up one's mind.
 */
export function LeaveSheet({ room }: { room: Room }) {
  if (!room.asksToLeave || !room.position) return null;
  const stay = () => room.askToLeave(false);
  const leave = () => {
    stay();
    room.leave();
  };
  return (
    <Sheet
      title="자리를 반납할까요?"
      onClose={stay}
      actions={
        <>
          <Button look="secondary" onPress={stay}>
            계속 있기
          </Button>
          <Button onPress={leave}>자리 반납하기</Button>
        </>
      }
    >
      <p>자리는 다음 분에게 가요. 다시 들어오려면 순서를 새로 받아야 해요. 이미 한 주문은 그대로 남아요.</p>
    </Sheet>
  );
}
