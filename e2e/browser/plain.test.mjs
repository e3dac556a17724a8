// The shop for a browser without JavaScript: the whole way on the real platform, and on deals of their
// own what else may happen on it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDeal } from './deal.mjs';
import { startGateway } from './gateway.mjs';
import { start } from './platform.mjs';
import { openBrowser, person, picture, signInAs } from './stage.mjs';

let browser;
let gateway;

before(async () => {
  browser = await openBrowser();
  gateway = await startGateway();
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const noScript = { javaScriptEnabled: false };

/** A picture of a page that comes again by itself, which may fall into the middle of it. */
const still = (who, name) => picture(who, name).catch(() => picture(who, name));

const pressed = (page, name) => page.getByRole('button', { name }).click();
const shown = (page, name, options) => page.getByRole('heading', { name }).waitFor(options);

async function addresses(page, postcode = '04524') {
  await page.getByLabel('받는 분').fill('박지민');
  await page.getByLabel('전화번호').fill('010-1234-5678');
  await page.getByLabel('우편번호').fill(postcode);
  await page.getByLabel('주소', { exact: true }).fill('서울 중구 세종대로 110');
}

test('the whole way without JavaScript', { timeout: 480_000 }, async () => {
  const platform = await start({ demo: true });
  try {
    const shopper = await person(browser, 'phone', noScript);
    const { page } = shopper;
    const deal = platform.deal('hanbit');
    await waits(shopper, deal);
    await still(shopper, '70-plain-shop');

    await addresses(page, '123');
    await pressed(page, '주문하기');
    await page.getByText('우편번호 다섯 자리를 입력해 주세요.').waitFor();
    assert.equal(await page.getByLabel('받는 분').inputValue(), '박지민');
    await still(shopper, '71-plain-wrong');
    await page.getByLabel('우편번호').fill('04524');
    await pressed(page, '주문하기');
    await shown(page, '결제만 하면 돼요');
    await still(shopper, '72-plain-held');

    await pressed(page, /카카오페이로 .* 결제하기/);
    await shown(page, '결제할까요?');
    await still(shopper, '73-plain-pay');
    await pressed(page, /결제하기/);
    await shown(page, '결제가 끝났어요');
    assert.match(page.url(), /\/shop\/plain\/orders\//);
    await still(shopper, '74-plain-paid');

    await page.getByText('환불하기', { exact: true }).click();
    await pressed(page, /원 환불하기/);
    await page.getByText('환불하는 이유를 알려 주세요.').waitFor();
    await page.getByLabel('환불하는 이유').fill('마음이 바뀌었어요');
    await still(shopper, '75-plain-refund');
    await pressed(page, /원 환불하기/);
    await shown(page, '환불이 끝났어요', { timeout: 60_000 });
    await still(shopper, '76-plain-refunded');
    await page.getByRole('link', { name: '내 주문' }).click();
    await page.getByText('환불 완료').waitFor();
    await still(shopper, '77-plain-orders');
    await shopper.context.close();
  } finally {
    await platform.stop();
  }
});

/** Signs in, takes a place before the doors open, and comes in when it is called. */
async function waits({ page }, deal) {
  const signIn = page.getByRole('link', { name: '로그인하고 대기 순서 받기' });
  const deadline = Date.now() + 180_000;
  // The deal's server comes up shortly before the doors open.
  do {
    assert.ok(Date.now() < deadline, `${deal} did not come up`);
    await page.goto(deal);
  } while (!(await signIn.waitFor({ timeout: 2_000 }).then(() => true, () => false)));
  await signIn.click();
  await signInAs(page, /박지민/);
  await page.waitForURL(`${deal}/queue/plain`);
  await pressed(page, '대기 순서 받기');
  const enter = page.getByRole('button', { name: '입장하기' });
  await enter.waitFor({ timeout: 180_000 });
  await enter.click();
  await page.waitForURL(`${deal}/shop/plain`);
}

/** A deal that is on, and somebody inside it who has ordered without JavaScript. */
async function ordered(device, payment = {}) {
  const deal = await startDeal({
    opensInSeconds: -1,
    merchantKey: 'sim-secret',
    payment: { provider: 'kakaoPay', baseUrl: gateway.url, merchantId: 'TC0ONETIME', ...payment },
  });
  const shopper = await person(browser, device, noScript);
  const { page } = shopper;
  await deal.signIn(shopper.context, 1);
  await page.goto(`${deal.origin}/queue/plain`);
  await pressed(page, '대기 순서 받기');
  await pressed(page, '입장하기');
  await addresses(page);
  await pressed(page, '주문하기');
  await shown(page, '결제만 하면 돼요');
  return { deal, shopper, page };
}

test('on a computer the phone pays, and what is not wanted is given back', { timeout: 120_000 }, async () => {
  const { deal, shopper, page } = await ordered('desktop');
  try {
    await pressed(page, '카카오페이로 59,000원 결제하기');
    await shown(page, '휴대폰으로 결제해 주세요');
    await still(shopper, '78-plain-qr');
    // Back is back at the order, not at a page that leads there once more.
    await page.goBack();
    await shown(page, '결제만 하면 돼요');
    await pressed(page, '카카오페이로 59,000원 결제하기');
    await pressed(page, '결제 취소');
    await page.getByText(/결제가 취소됐어요/).waitFor();
    await still(shopper, '79-plain-cancelled');

    await pressed(page, '카카오페이로 59,000원 결제하기');
    const link = page.getByRole('link', { name: '카카오톡으로 결제하기' });
    const way = new URL(await link.getAttribute('href'), page.url()).href;
    const phone = await shopper.context.newPage();
    await phone.goto(`${way}?via=qr`);
    await pressed(phone, /결제하기/);
    await phone.getByText('결제를 확인했어요').waitFor();
    await shown(page, '결제가 끝났어요', { timeout: 20_000 });
    // The same page, as the app's address has it.
    await page.goto(page.url().replace('/shop/plain', ''));
    await page.waitForURL(/\/shop\/plain\/orders\//);

    // The place went with the payment; another one is taken, and its order is given up.
    await page.goto(`${deal.origin}/queue/plain`);
    await pressed(page, '대기 순서 받기');
    await pressed(page, '입장하기');
    await page.getByText('결제 완료').waitFor();
    await addresses(page);
    await pressed(page, '주문하기');
    await pressed(page, '주문 취소하기');
    await shown(page, '주문이 취소됐어요');
    await still(shopper, '80-plain-given-back');
    await shopper.context.close();
  } finally {
    await deal.stop();
  }
});

test('where the payment needs a script, the page says so', { timeout: 120_000 }, async () => {
  const { deal, shopper, page } = await ordered('phone', {
    provider: 'toss',
    baseUrl: `${gateway.url}/toss`,
    merchantId: 'test_ck_sim',
    scriptUrl: `${gateway.url}/toss/script.js`,
  });
  try {
    await page.getByText(/토스페이먼츠 결제창은 자바스크립트를 켜야 열려요/).waitFor();
    await still(shopper, '81-plain-toss');
    await page.getByRole('link', { name: '자바스크립트를 켜고 다시 열기' }).click();
    await page.waitForURL(/\/shop\/plain\/orders\//);
    await pressed(page, '주문 취소하기');
    await shown(page, '주문이 취소됐어요');
    await shopper.context.close();
  } finally {
    await deal.stop();
  }
});

test('where the app does not load, there is a way to the plain pages', { timeout: 120_000 }, async () => {
  const deal = await startDeal({ opensInSeconds: 300 });
  try {
    const shopper = await person(browser, 'phone');
    const { page } = shopper;
    await page.route('**/assets/*.js', (route) => route.abort());
    await page.goto(deal.origin);
    const way = page.getByRole('link', { name: '간단한 화면으로 보기' });
    assert.equal(await way.isVisible(), false, 'not before the app had its time');
    await way.waitFor({ timeout: 15_000 });
    await picture(shopper, '82-plain-way');
    await way.click();
    await page.waitForURL(`${deal.origin}/queue/plain`);
    await page.unroute('**/assets/*.js');
    await page.goto(deal.origin);
    await page.getByRole('button', { name: '대기 순서 받기' }).waitFor();
    assert.equal(await page.getByText('화면이 열리지 않나요?').count(), 0, 'the app is in its place');
    assert.deepEqual(shopper.errors, []);
    await shopper.context.close();
  } finally {
    await deal.stop();
  }
});
