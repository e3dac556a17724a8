import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Dialog as AriaDialog,
  Heading,
  Modal,
  ModalOverlay,
  Button as RawButton,
} from 'react-aria-components';
import { cx } from '../parts/cx';
import { Button } from './Button';
import styles from './Dialog.module.css';

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** The buttons at the bottom; the main one last. */
  actions?: ReactNode;
  size?: 'medium' | 'wide';
  /** An alert dialog is not closed by pressing beside it. */
  alert?: boolean;
}

/** A dialog in the middle of a desk, a sheet at the bottom of a phone. */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  actions,
  size = 'medium',
  alert = false,
}: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!alert}
      className={styles.overlay}
    >
      <Modal className={cx(styles.modal, size === 'wide' && styles.wide)}>
        <AriaDialog role={alert ? 'alertdialog' : 'dialog'} className={styles.dialog}>
          <header className={styles.header}>
            <Heading slot="title" className={styles.title}>
              {title}
            </Heading>
            {!alert && (
              <RawButton className={styles.close} aria-label="닫기" onPress={onClose}>
                <X size={20} aria-hidden="true" />
              </RawButton>
            )}
          </header>
          <div className={styles.body}>{children}</div>
          {actions && <footer className={styles.actions}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Says exactly what will happen: `판매 멈추기`, never `확인`. */
  confirm: string;
  onConfirm: () => void;
  isPending?: boolean;
  danger?: boolean;
}

/** Asks before something bites. The way back is as easy as the way on. */
export function Confirm({
  isOpen,
  onClose,
  title,
  children,
  confirm,
  onConfirm,
  isPending = false,
  danger = false,
}: ConfirmProps) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      alert
      actions={
        <>
          <Button look="secondary" onPress={onClose} isDisabled={isPending} autoFocus>
            그대로 두기
          </Button>
          <Button look={danger ? 'danger' : 'primary'} onPress={onConfirm} isPending={isPending}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
