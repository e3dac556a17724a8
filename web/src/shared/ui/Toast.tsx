import { CircleAlert, CircleCheck, X } from 'lucide-react';
import {
  UNSTABLE_Toast as AriaToast,
  Button,
  Text,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { cx } from '../parts/cx';
import styles from './Toast.module.css';

interface Message {
  tone: 'success' | 'danger';
  words: string;
}

const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });

/** Long enough to read, and for as long as one points at it. */
const shownMs = 5_000;

/** What has just been done. What must not be missed belongs on the page, not here. */
export const toast = {
  done: (words: string) => queue.add({ tone: 'success', words }, { timeout: shownMs }),
  failed: (words: string) => queue.add({ tone: 'danger', words }, { timeout: shownMs * 2 }),
};

export function Toasts() {
  return (
    <ToastRegion queue={queue} className={styles.region} aria-label="알림">
      {({ toast: shown }) => (
        <AriaToast toast={shown} className={styles.toast}>
          <span className={cx(styles.icon, styles[shown.content.tone])} aria-hidden="true">
            {shown.content.tone === 'success' ? <CircleCheck size={20} /> : <CircleAlert size={20} />}
          </span>
          <ToastContent className={styles.content}>
            <Text slot="title">{shown.content.words}</Text>
          </ToastContent>
          <Button slot="close" className={styles.close} aria-label="알림 닫기">
            <X size={18} aria-hidden="true" />
          </Button>
        </AriaToast>
      )}
    </ToastRegion>
  );
}
