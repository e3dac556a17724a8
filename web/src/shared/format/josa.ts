// Particles follow the sound before them: 과일을, 커피를.

/** Whether the last syllable ends in a consonant, and whether that is ㄹ. Digits sound as they are read. */
function lastSound(word: string): { consonant: boolean; rieul: boolean } {
  const last = word.trim().at(-1) ?? '';
  if (/\d/.test(last)) return { consonant: '013678'.includes(last), rieul: '178'.includes(last) };
  const code = last.charCodeAt(0) - 0xac00;
  if (!(code >= 0 && code <= 11_171)) return { consonant: false, rieul: false };
  return { consonant: code % 28 !== 0, rieul: code % 28 === 8 };
}

/** `상품을`, `커피를` */
export const object = (word: string): string => `${word}${lastSound(word).consonant ? '을' : '를'}`;

/** `상품이`, `커피가` */
export const subject = (word: string): string => `${word}${lastSound(word).consonant ? '이' : '가'}`;

/** `가맹점으로`, `서울로`, `커피로` */
export function towards(word: string): string {
  const { consonant, rieul } = lastSound(word);
  return `${word}${consonant && !rieul ? '으로' : '로'}`;
}
