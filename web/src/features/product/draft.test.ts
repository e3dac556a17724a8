import { describe, expect, it } from 'vitest';
import { type Draft, draftProblems, emptyDraft, sentDraft } from './draft';

const good: Draft = {
  name: '메리노 울 니트',
  description: '',
  listPrice: 89_000,
  price: 49_000,
  stock: 800,
  perShopperMax: 2,
  image: null,
};

function check(change: Partial<Draft>, wrong: (keyof Draft)[]) {
  expect(Object.keys(draftProblems({ ...good, ...change }))).toEqual(wrong);
}

describe('a product', () => {
  it('is wrong exactly where it is wrong', () => {
    check({}, []);
    check({ price: 89_000 }, []);
    check({ price: 89_001 }, ['price']);
    check({ price: 0 }, ['price']);
    check({ stock: 1 }, ['perShopperMax']);
    check({ stock: null }, ['stock']);
    check({ name: ' ' }, ['name']);
    expect(Object.keys(draftProblems(emptyDraft))).toEqual(['name', 'listPrice', 'price', 'stock']);
  });

  it('is sent trimmed, with the id of its picture', () => {
    expect(sentDraft({ ...good, name: ' 니트 ', image: { id: 'i1', url: '/i1' } })).toMatchObject({
      name: '니트',
      image: 'i1',
    });
  });
});
