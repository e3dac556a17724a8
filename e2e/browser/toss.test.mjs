// Toss' payment window in a real browser: our page opens it by the provider's script, and by no other's;
// who closes it, comes back from it or lies about the amount finds the order as it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDeal } from './deal.mjs';
import { startGateway } from './gateway.mjs';
import { openBrowser, person, picture } from './stage.mjs';

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

const startTossDeal = () =>
  startDeal({
    opensInSeconds: -1,
    merchantKey: 'test_sk_sim',
    payment: {
      provider: 'toss',
      baseUrl: `${gateway.url}/toss`,
      merchantId: 'test_ck_sim',
      scriptUrl: `${gateway.url}/toss/script.js`,
    },
  });

const pay = (page) => page.getByRole('button', { name: '토스페이먼츠로 59,000원 결제하기' });
const atWindow = (page) => page.getByRole('heading', { name: '결제할까요?' }).waitFor();

/** Comes in and orders; the page of the order is open. */
async function orders(deal, shopper, n) {
  const { page } = shopper;
  await deal.signIn(shopper.context, n);
  await page.goto(deal.origin);
  await page.getByRole('button', { name: '대기 순서 받기' }).click();
  await page.getByRole('button', { name: '입장하기' }).click();
  await page.getByLabel('받는 분').fill('박지민');
  await page.getByLabel('전화번호').fill('010-1234-5678');
  await page.getByLabel('우편번호').fill('04524');
  await page.getByLabel('주소', { exact: true }).fill('서울 중구 세종대로 110');
  await page.getByRole('button', { name: '주문하기' }).click();
  await pay(page).waitFor();
}

test('a shopper closes the window, comes back from it, and pays', { timeout: 120_000 }, async () => {
  const deal = await startTossDeal();
  try {
    const shopper = await person(browser, 'phone');
    const { page } = shopper;
    await orders(deal, shopper, 1);
    await picture(shopper, '40-toss-held');
    await pay(page).click();
    await atWindow(page);
    await picture(shopper, '41-toss-window');
    await page.getByRole('button', { name: '취소' }).click();
    await page.getByText(/결제가 취소됐어요/).waitFor();

    await pay(page).click();
    await atWindow(page);
    // Back is back at the order, not at a page that leads to the window once more.
    await page.goBack();
    await pay(page).click();
    await atWindow(page);
    await page.getByRole('button', { name: /결제하기/ }).click();
    await page.waitForURL(`${deal.origin}/orders/**`);
    await page.getByRole('heading', { name: '결제가 끝났어요' }).waitFor();
    await picture(shopper, '42-toss-paid');
    assert.deepEqual(shopper.errors, []);
  } finally {
    await deal.stop();
  }
});

test('another amount than the order’s is not paid, and the order stays', { timeout: 120_000 }, async () => {
  const deal = await startTossDeal();
  try {
    const shopper = await person(browser, 'desktop');
    const { page } = shopper;
    await orders(deal, shopper, 2);
    // The shopper changes the page before its script runs.
    await page.addInitScript(() => {
      document.addEventListener('readystatechange', () => {
        const opening = document.getElementById('window');
        if (opening && !sessionStorage.getItem('honest')) opening.dataset.amount = '100';
      });
    });
    await pay(page).click();
    await atWindow(page);
    await page.getByRole('button', { name: '100원 결제하기' }).click();
    await page.getByText(/결제하려던 금액이 주문 금액과 달라 결제를 멈췄어요/).waitFor();
    await picture(shopper, '43-toss-amount');
    await page.evaluate(() => sessionStorage.setItem('honest', 'yes'));
    await pay(page).click();
    await atWindow(page);
    await page.getByRole('button', { name: '59,000원 결제하기' }).click();
    await page.getByRole('heading', { name: '결제가 끝났어요' }).waitFor();
    const { items } = await (await fetch(`${gateway.url}/_sim/toss/payments?limit=1000`)).json();
    const taken = items.filter((payment) => payment.approvedAt !== null).map((payment) => payment.total);
    assert.equal(taken.includes(100), false, 'the cheap one was never taken');
  } finally {
    await deal.stop();
  }
});

test('the page runs the provider’s script and no other', { timeout: 120_000 }, async () => {
  const deal = await startTossDeal();
  try {
    const shopper = await person(browser, 'phone');
    const { page } = shopper;
    await orders(deal, shopper, 3);
    await page.route('**/toss/script.js', (route) => route.abort());
    await pay(page).click();
    await page.getByText('결제창을 불러오지 못했어요. 빠져나간 돈은 없으니 다시 열어 주세요.').waitFor();
    await picture(shopper, '44-toss-no-script');
    const refused = await page.evaluate(async () => {
      const violation = new Promise((resolve) =>
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }),
      );
      const script = document.createElement('script');
      script.src = 'http://localhost:9/other.js';
      document.head.append(script);
      return violation;
    });
    assert.equal(refused, 'script-src-elem');
    await page.unroute('**/toss/script.js');
    await page.getByRole('button', { name: '결제창 다시 열기' }).click();
    await atWindow(page);
  } finally {
    await deal.stop();
  }
});
