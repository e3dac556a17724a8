import { useState } from 'react';
import { Button } from '../parts/Button';
import { Sheet } from '../parts/Sheet';
import type { Room } from './useRoom';

/** Gives the place to others, after asking. To stay is as easy as to leave. */
export function LeaveButton({ room }: { room: Room }) {
  const [asking, setAsking] = useState(false);
  const leaving = room.doing === 'leave';
  return (
    <>
      <Button look="quiet" size="small" onPress={() => setAsking(true)}>
        내 자리 반납
      </Button>
      {asking && (
        <Sheet
          title="자리를 반납할까요?"
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button look="secondary" onPress={() => setAsking(false)}>
                계속 있기
              </Button>
              <Button
                onPress={() => {
                  setAsking(false);
                  room.leave();
                }}
                pending={leaving && '반납하고 있어요'}
              >
                자리 반납하기
              </Button>
            </>
          }
        >
          <p>
            자리는 다음 분에게 가요. 다시 들어오려면 순서를 새로 받아야 해요. 이미 한 주문은 그대로 남아요.
          </p>
        </Sheet>
      )}
    </>
  );
}
