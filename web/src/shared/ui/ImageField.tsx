import { ImagePlus } from 'lucide-react';
import { useId, useState } from 'react';
import { DropZone, FileTrigger, isFileDropItem } from 'react-aria-components';
import { Button } from './Button';
import fieldStyles from './Field.module.css';
import styles from './ImageField.module.css';

const types = ['image/png', 'image/jpeg', 'image/webp'];
const bytesMax = 5 * 1024 * 1024;

interface ImageFieldProps {
  label: string;
  help?: string;
  error?: string | undefined;
  /** Where the picture is now. */
  url: string | null;
  onPick: (file: File) => void;
  isUploading: boolean;
}

/** One picture, dropped or chosen. What is no picture, or too large, is said here and never sent. */
export function ImageField({ label, help, error, url, onPick, isUploading }: ImageFieldProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const labelId = useId();

  const pick = (file: File | null | undefined) => {
    if (!file) return;
    if (!types.includes(file.type)) return setRefusal('PNG, JPEG, WebP 사진만 올릴 수 있어요.');
    if (file.size > bytesMax) return setRefusal('5MB보다 작은 사진을 올려 주세요.');
    setRefusal(null);
    onPick(file);
  };

  const problem = refusal ?? error;
  return (
    <div className={fieldStyles.field}>
      <span id={labelId} className={fieldStyles.label}>
        {label}
      </span>
      <DropZone
        className={styles.zone}
        aria-labelledby={labelId}
        getDropOperation={() => 'copy'}
        onDrop={async ({ items }) => {
          const item = items.find(isFileDropItem);
          pick(item ? await item.getFile() : null);
        }}
      >
        {url ? (
          <img src={url} alt="올린 사진" className={styles.picture} />
        ) : (
          <span className={styles.empty} aria-hidden="true">
            <ImagePlus size={28} />
          </span>
        )}
        <div className={styles.side}>
          <FileTrigger acceptedFileTypes={types} onSelect={(files) => pick(files?.item(0))}>
            <Button look="secondary" isPending={isUploading}>
              {url ? '사진 바꾸기' : '사진 고르기'}
            </Button>
          </FileTrigger>
          {help && <p className={fieldStyles.help}>{help}</p>}
        </div>
      </DropZone>
      {problem && (
        <p className={fieldStyles.error} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
