// A product as it is typed, and what can be known to be wrong with it.

import type { Product, ProductDraft, UploadedImage } from '~/api/types';

/** A product as it is typed: numbers may still be missing. */
export interface Draft {
  name: string;
  description: string;
  listPrice: number | null;
  price: number | null;
  stock: number | null;
  perShopperMax: number | null;
  image: UploadedImage | null;
}

export const emptyDraft: Draft = {
  name: '',
  description: '',
  listPrice: null,
  price: null,
  stock: null,
  perShopperMax: 1,
  image: null,
};

/** What can be known to be wrong; the server has the last word. */
export function draftProblems(draft: Draft): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  if (!draft.name.trim()) found.name = '상품 이름을 적어 주세요.';
  if (draft.listPrice === null) found.listPrice = '정가를 적어 주세요.';
  if (draft.price === null || draft.price < 1) found.price = '판매가를 적어 주세요.';
  if (draft.stock === null || draft.stock < 1) found.stock = '재고를 1개 이상 적어 주세요.';
  if (draft.perShopperMax === null || draft.perShopperMax < 1) found.perShopperMax = '1개 이상 적어 주세요.';
  if (draft.listPrice !== null && draft.price !== null && draft.price > draft.listPrice) {
    found.price = '판매가가 정가보다 높아요.';
  }
  if (draft.stock !== null && draft.perShopperMax !== null && draft.perShopperMax > draft.stock) {
    found.perShopperMax = '재고보다 많아요.';
  }
  return found;
}

/** What a product is now, to be changed. */
export const draftOf = (product: Product): Draft => ({ ...product, image: product.image ?? null });

/** What is sent, once nothing is missing. */
export const sentDraft = (draft: Draft): ProductDraft => ({
  name: draft.name.trim(),
  description: draft.description.trim(),
  listPrice: draft.listPrice ?? 0,
  price: draft.price ?? 0,
  stock: draft.stock ?? 0,
  perShopperMax: draft.perShopperMax ?? 0,
  image: draft.image?.id ?? null,
});
