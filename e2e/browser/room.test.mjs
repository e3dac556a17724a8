// The waiting room in a real browser, on a deal of its own: news by stream and by asking, the room
// without JavaScript, and the draw checked by whoever likes to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDeal } from './deal.mjs';
import { openBrowser, person, picture } from './stage.mjs';

let browser;

before(async () => {
  browser = await openBrowser();
});

after(() => browser?.close());

/** Counts what a page asks at a path. */
function counted(page, path) {
  let times = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === path) times += 1;
  });
  return () => times;
}

/** A picture of a page that comes again by itself, which may fall into the middle of it. */
const still = (who, name) => picture(who, name).catch(() => picture(who, name));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('who is near the front hears by stream, and asks where there is none', { timeout: 120_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: -1, settings: { insideMax: 1 } });
  try {
    const first = await deal.enters(1);
    const second = await deal.enters(2);
    const shopper = await person(browser, 'phone');
    await deal.signIn(shopper.context, 3);
    const { page } = shopper;
    const [asked, listened] = [counted(page, '/queue/position'), counted(page, '/queue/events')];
    await page.goto(deal.origin);
    await page.getByRole('button', { name: '대기 순서 받기' }).click();
    await page.getByText('앞에 1명', { exact: true }).waitFor();
    await picture(shopper, '30-waiting');
    while (listened() === 0) await pause(50);
    const before = asked();
    await pause(4_000);
    assert.equal(asked(), before, 'who listens does not ask');
    await first.leaves();
    await page.getByText('다음이 내 차례예요', { exact: true }).waitFor({ timeout: 3_000 });
    assert.equal(asked(), before, 'the news came by stream');
    await second.leaves();
    await page.getByRole('button', { name: '입장하기' }).waitFor({ timeout: 3_000 });

    const other = await person(browser, 'phone');
    await other.page.route('**/queue/events', (route) => route.abort());
    await deal.signIn(other.context, 4);
    await other.page.goto(deal.origin);
    const asks = counted(other.page, '/queue/position');
    await other.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await other.page.getByText('다음이 내 차례예요', { exact: true }).waitFor();
    await pause(4_000);
    assert.ok(asks() >= 2, `without a stream it asked ${asks()} times in 4 s`);
    for (const { errors } of [shopper, other]) assert.deepEqual(errors, []);
    await Promise.all([shopper.context.close(), other.context.close()]);
  } finally {
    await deal.stop();
  }
});

test('the room works without JavaScript', { timeout: 120_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: 12, settings: { insideMax: 1 } });
  try {
    const shopper = await person(browser, 'phone', { javaScriptEnabled: false });
    const { page, context } = shopper;
    await page.goto(deal.origin);
    await page.waitForURL(`${deal.origin}/queue/plain`);
    const link = page.getByRole('link', { name: '로그인하고 대기 순서 받기' });
    assert.match(await link.getAttribute('href'), /returnTo=/);
    await deal.signIn(context, 1);
    await page.reload();
    await page.getByRole('button', { name: '대기 순서 받기' }).click();
    await page.getByText('대기 순서를 받아 뒀어요').waitFor();
    await still(shopper, '31-plain-before');
    const enter = page.getByRole('button', { name: '입장하기' });
    await enter.waitFor({ timeout: 40_000 });
    await still(shopper, '32-plain-called');

    const second = await person(browser, 'phone', { javaScriptEnabled: false });
    await deal.signIn(second.context, 2);
    await second.page.goto(`${deal.origin}/queue/plain`);
    await second.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await second.page.getByText('다음이 내 차례예요', { exact: true }).waitFor();
    await still(second, '33-plain-waiting');

    await enter.click();
    await page.waitForURL(`${deal.origin}/shop/plain`);
    // Coming back to the deal is coming back to the place inside.
    await page.goto(deal.origin);
    await page.getByRole('heading', { name: '입장했어요' }).waitFor();
    await still(shopper, '34-plain-inside');
    await page.getByRole('button', { name: '내 자리 반납' }).click();
    // The page comes again by itself and says so.
    await second.page.getByRole('button', { name: '입장하기' }).waitFor({ timeout: 20_000 });
    await Promise.all([context.close(), second.context.close()]);
  } finally {
    await deal.stop();
  }
});

test('a place is worked for where the deal demands it', { timeout: 120_000 }, async () => {
  const proof = (bits) => ({ baseBits: bits, maxBits: bits, expectedPerSecond: 100 });
  const deal = await startDeal({ opensInSeconds: 300, settings: { proofOfWork: proof(12) } });
  try {
    const shopper = await person(browser, 'phone');
    await deal.signIn(shopper.context, 1);
    const { page } = shopper;
    const fetched = [];
    page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
    const solvers = () => fetched.filter((path) => path.startsWith('/assets/worker'));
    await page.goto(deal.origin);
    const enter = page.getByRole('button', { name: '대기 순서 받기' });
    await enter.waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(solvers(), [], 'nobody loads the solver before it is needed');
    await enter.click();
    await page.getByText('대기 순서를 받아 뒀어요').waitFor();
    assert.equal(solvers().length, 1);

    const slow = await person(browser, 'phone');
    await deal.signIn(slow.context, 2);
    await slow.page.goto(deal.origin);
    // So hard that it lasts for as long as it is looked at.
    const endless = { challenge: 'A'.repeat(88), difficultyBits: 60 };
    await slow.page.route('**/queue/challenge', (route) =>
      route.fulfill({ json: { ...endless, expiresAt: new Date(Date.now() + 120_000).toISOString() } }),
    );
    await slow.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await slow.page.getByText('잠시만요, 사람이 맞는지 확인하고 있어요').waitFor();
    await slow.page.getByText('이 기기가 잠깐 계산해서 확인해요').waitFor();
    await picture(slow, '39-proof');
    await slow.page.getByRole('button', { name: '그만두기' }).click();
    await slow.page.getByRole('button', { name: '대기 순서 받기' }).waitFor();
    assert.equal(await slow.page.getByRole('alert').count(), 0, 'who stops is not told off');

    // It has become much harder when the answer arrives: it begins anew by itself.
    await slow.page.unroute('**/queue/challenge');
    await deal.set({ proofOfWork: proof(8) });
    const challenges = counted(slow.page, '/queue/challenge');
    const harder = async (route) => {
      await deal.set({ proofOfWork: proof(14) });
      await route.continue();
    };
    await slow.page.route('**/queue/enter', harder, { times: 1 });
    await slow.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await slow.page.getByText('대기 순서를 받아 뒀어요').waitFor();
    assert.equal(challenges(), 2);

    const plain = await person(browser, 'phone', { javaScriptEnabled: false });
    await deal.signIn(plain.context, 3);
    await plain.page.goto(`${deal.origin}/queue/plain`);
    await plain.page.getByText('자바스크립트가 꼭 필요해요').waitFor();
    assert.equal(await plain.page.getByRole('button', { name: '대기 순서 받기' }).count(), 0);
    await still(plain, '40-plain-proof');
    for (const { errors, context } of [shopper, slow, plain]) {
      assert.deepEqual(errors, []);
      await context.close();
    }
  } finally {
    await deal.stop();
  }
});

test('anyone can check the draw', { timeout: 120_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: 12, settings: { insideMax: 1 } });
  try {
    for (let n = 1; n <= 9; n++) await deal.enters(n);
    const shopper = await person(browser, 'phone');
    await deal.signIn(shopper.context, 10);
    const { page } = shopper;
    await page.goto(deal.origin);
    await page.getByRole('button', { name: '대기 순서 받기' }).click();
    await page.getByText('대기 순서를 받아 뒀어요').waitFor();
    await page.getByText('대기와 입장은 이렇게 진행돼요').click();
    await page.getByRole('link', { name: '추첨 확인하기' }).click();
    await page.getByText('미리 공개한 값').waitFor();
    await picture(shopper, '35-draw-before');
    await page.getByRole('heading', { name: '뽑은 순서 계산하기' }).waitFor({ timeout: 40_000 });
    // What was seen before, the secret, the seed, and one's own number.
    await page.getByText('맞아요').nth(3).waitFor();
    assert.equal(await page.getByText('맞지 않아요').count(), 0);
    await picture(shopper, '36-draw');

    const drawn = await page.evaluate(() => fetch('/queue/status').then((answer) => answer.json()));
    assert.equal(drawn.drawn.entrants, 10);
    await page.getByLabel('온 차례').fill('11');
    await page.getByText('문이 열린 뒤에 온 사람은').waitFor();
    const seen = new Set();
    for (let entrant = 1; entrant <= 10; entrant++) {
      await page.getByLabel('온 차례').fill(String(entrant));
      await page.getByText(`${entrant}번째로 온 사람이`).waitFor();
      seen.add(await page.locator('[aria-live] p').first().textContent());
    }
    assert.equal(seen.size, 10, 'everyone drew a number of their own');

    // A status that has been tampered with is found out.
    const forged = { ...drawn, drawn: { ...drawn.drawn, seed: '00'.repeat(32) } };
    await page.route('**/queue/status', (route) => route.fulfill({ json: forged }));
    await page.reload();
    await page.getByText('맞지 않아요').first().waitFor();
    assert.deepEqual(shopper.errors, []);
    await shopper.context.close();
  } finally {
    await deal.stop();
  }
});

test('the company’s line reaches everyone who waits', { timeout: 120_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: -1, settings: { insideMax: 1 } });
  try {
    await deal.enters(1);
    const line = '오늘 주문은 내일 모두 보내 드려요.';
    const near = await person(browser, 'phone');
    const plain = await person(browser, 'phone', { javaScriptEnabled: false });
    const visitor = await person(browser, 'phone');
    await deal.signIn(near.context, 2);
    await deal.signIn(plain.context, 3);
    await near.page.goto(deal.origin);
    await near.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await near.page.getByText('다음이 내 차례예요', { exact: true }).waitFor();
    await plain.page.goto(`${deal.origin}/queue/plain`);
    await plain.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await visitor.page.goto(deal.origin);
    await visitor.page.getByRole('button', { name: '대기 순서 받기' }).waitFor();
    // Until the stream is open, the line would come with an answer to a question.
    await pause(2_000);

    await deal.set({ notice: line });
    await near.page.getByText(line).waitFor({ timeout: 3_000 });
    await picture(near, '37-notice');
    await Promise.all([plain, visitor].map(({ page }) => page.getByText(line).waitFor({ timeout: 15_000 })));
    await still(plain, '38-plain-notice');

    await deal.set({ notice: '' });
    await near.page.getByText(line).waitFor({ state: 'detached', timeout: 3_000 });
    for (const { errors, context } of [near, plain, visitor]) {
      assert.deepEqual(errors, []);
      await context.close();
    }
  } finally {
    await deal.stop();
  }
});

test('the first load is below 60 KB', { timeout: 60_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: 300 });
  try {
    const { page, context } = await person(browser, 'phone');
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(deal.origin);
    await page.getByRole('button', { name: '대기 순서 받기' }).waitFor();
    await page.waitForLoadState('networkidle');
    assert.ok(bytes > 10_000 && bytes < 60_000, `${bytes} bytes over the wire`);
    await context.close();
  } finally {
    await deal.stop();
  }
});

test('a guest comes in by link, ahead of who waits, and nobody else with that link', { timeout: 120_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: -1, settings: { insideMax: 1 } });
  try {
    const first = await deal.enters(1);
    await deal.enters(2);
    const guest = await person(browser, 'phone');
    await deal.signIn(guest.context, 3);
    await guest.page.goto(deal.link(1));
    assert.equal(guest.page.url(), `${deal.origin}/`);
    await guest.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await guest.page.getByText('초대를 받아 기다리지 않고 먼저 들어갈 수 있어요.').waitFor();
    await picture(guest, '60-guest-called');
    await guest.page.getByRole('button', { name: '입장하기' }).click();
    await guest.page.getByText('다음에 나는 자리를 먼저 드릴게요', { exact: false }).waitFor();
    await picture(guest, '61-guest-waits');
    await first.leaves();
    // Nothing more is pressed.
    await guest.page.getByRole('heading', { name: '자리를 기다리고 있어요' }).waitFor({ state: 'hidden', timeout: 20_000 });
    await guest.page.getByRole('button', { name: '주문하기' }).waitFor();

    const copy = await person(browser, 'desktop');
    await deal.signIn(copy.context, 4);
    await copy.page.goto(deal.link(1));
    await copy.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await copy.page.getByRole('button', { name: '입장하기' }).click();
    await copy.page.getByText('이미 쓴 초대 링크예요', { exact: false }).waitFor();
    await copy.page.getByText('대기 순서', { exact: true }).waitFor();
    await picture(copy, '62-guest-spent');
    await copy.page.goto(`${deal.link(1)}x`);
    await copy.page.getByRole('heading', { name: '초대 링크를 쓸 수 없어요' }).waitFor();
    await picture(copy, '63-guest-refused');

    // The company withdraws a link that its holder has opened already, and one that nobody has.
    const late = await person(browser, 'phone');
    await deal.signIn(late.context, 5);
    await late.page.goto(deal.link(2));
    await late.page.getByRole('button', { name: '대기 순서 받기' }).click();
    await late.page.getByRole('heading', { name: '바로 들어갈 수 있어요' }).waitFor();
    await deal.set({ withdrawnLinks: [{ first: 2, last: 3 }] });
    await late.page.getByText('판매자가 초대 링크를 거뒀어요. 대기 순서대로').first().waitFor({ timeout: 5_000 });
    await late.page.getByText('앞에', { exact: false }).first().waitFor();
    await picture(late, '64-guest-withdrawn');
    await late.page.goto(deal.link(3));
    await late.page.getByText('판매자가 이 초대 링크를 거뒀어요', { exact: false }).waitFor();
    await picture(late, '65-guest-withdrawn-link');
    assert.deepEqual([guest, copy, late].flatMap(({ errors }) => errors), []);
  } finally {
    await deal.stop();
  }
});
