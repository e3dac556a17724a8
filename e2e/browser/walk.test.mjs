// The road from the rental to the books in a real browser: a company, an admin and a shopper, each on
// a device of their own, on the real platform.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './platform.mjs';
import { openBrowser, person, picture, signInAs } from './stage.mjs';

// The first instant at which a deal of a local platform may open is about a minute away.
const opensInSeconds = 95;
const lengthSeconds = 240;

let platform;
let browser;

before(async () => {
  platform = await start();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await platform?.stop();
});

test('a deal from the rental to the books', { timeout: 900_000 }, async () => {
  const company = await person(browser, 'desktop');
  const admin = await person(browser, 'desktop');
  const shopper = await person(browser, 'phone');

  await applies(company);
  await approves(admin);
  await preparesToSell(company);
  const rental = await rents(company);
  await stocks(company, rental);
  const withdrawn = await invites(company, rental);
  await shops(shopper, async () => {
    await opensInVain(company, withdrawn);
    return tellsThoseWhoWait(company, rental);
  });
  await readsTheBooks(company, rental);

  for (const { errors } of [company, admin, shopper]) assert.deepEqual(errors, []);
});

async function applies(company) {
  const { page } = company;
  await page.goto(platform.bidd);
  await picture(company, '01-landing');
  await page.getByRole('link', { name: '카카오로 시작하기' }).first().click();
  await page.getByRole('heading', { name: '누구로 로그인할까요?' }).waitFor();
  await picture(company, '02-sign-in');
  await signInAs(page, /김사장/);
  await page.waitForURL(`${platform.bidd}/**`);
  await page.goto(`${platform.bidd}/apply`);
  await page.getByLabel('가게 이름').fill('달빛책방');
  await page.getByLabel('타임딜 주소').fill('dalbit');
  await page.getByLabel('사업자등록번호').fill('123-45-67890');
  await page.getByLabel('대표자 이름').fill('김사장');
  await page.getByLabel('통신판매업 신고번호').fill('제2025-서울종로-0101호');
  await page.getByLabel('이메일').fill('owner@dalbit.example');
  await page.getByLabel('전화번호').fill('02-720-0101');
  await page.getByRole('button', { name: '신청하기' }).click();
  // A number that fails its check digit is told at its field, and what was typed is kept.
  await page.locator('[aria-invalid="true"]').first().waitFor();
  assert.equal(await page.getByLabel('가게 이름').inputValue(), '달빛책방');
  await picture(company, '03-apply-error');
  await page.getByLabel('사업자등록번호').fill('123-45-67891');
  await page.getByRole('button', { name: '신청하기' }).click();
  await page.getByText('신청 내용을 확인하고 있어요').waitFor();
  await picture(company, '04-applied');
}

async function approves(admin) {
  const { page } = admin;
  await page.goto(platform.bidd);
  await page.getByRole('link', { name: '카카오로 시작하기' }).first().click();
  await signInAs(page, /이관리/);
  await page.waitForURL(`${platform.bidd}/**`);
  await page.goto(`${platform.bidd}/admin/companies`);
  await picture(admin, '05-applications');
  await page.getByRole('link', { name: /달빛책방/ }).first().click();
  await page.getByRole('dialog').waitFor();
  await picture(admin, '06-review');
  await page.getByRole('button', { name: '승인하기' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function preparesToSell(company) {
  const { page } = company;
  await page.goto(`${platform.bidd}/settings`);
  await page.getByLabel('가맹점 코드 (CID)').fill('TC0ONETIME');
  await page.getByLabel('시크릿 키').fill('sim-secret');
  await page.getByRole('button', { name: '결제키 저장하기' }).click();
  await page.getByText('결제키가 등록돼 있어요').waitFor();
  await picture(company, '07-settings');
  await choosesTossAndBack(company);
  await page.goto(`${platform.bidd}/calendar`);
  await page.getByRole('heading', { name: '빈 시간' }).waitFor();
  await page.getByLabel('요금제').first().waitFor();
  await picture(company, '08-calendar');
}

/** The other payment provider, with a key of the first one in the wrong place; and back again. */
async function choosesTossAndBack(company) {
  const { page } = company;
  const save = page.getByRole('button', { name: '결제키 저장하기' });
  await page.getByRole('button', { name: '바꾸기' }).click();
  await page.getByText('토스페이먼츠', { exact: true }).click();
  await page.getByLabel('클라이언트 키').fill('test_ck_D5GePWvyJ');
  await page.getByLabel('시크릿 키').fill('sim-secret');
  await save.click();
  await page.getByText(/클라이언트 키와 짝인 시크릿 키를 붙여 넣어/).waitFor();
  await picture(company, '07-settings-choice');
  await page.getByLabel('시크릿 키').fill('test_sk_GjLJoQ1aVZ');
  await save.click();
  await page.getByText(/토스페이먼츠의 우리 가게 계정/).waitFor();
  await picture(company, '07-settings-toss');
  await page.getByRole('button', { name: '바꾸기' }).click();
  await page.getByText('카카오페이', { exact: true }).click();
  await page.getByLabel('가맹점 코드 (CID)').fill('TC0ONETIME');
  await page.getByLabel('시크릿 키').fill('sim-secret');
  await save.click();
  await page.getByText(/카카오페이의 우리 가게 계정/).waitFor();
}

/** Rents a window that opens soon and pays for it on the simulator's pages. */
async function rents(company) {
  const { page } = company;
  const opens = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + opensInSeconds * 1_000);
  const closes = new Date(opens.getTime() + lengthSeconds * 1_000);
  const query = new URLSearchParams({ opensAt: opens.toISOString(), closesAt: closes.toISOString(), plan: 'light' });
  await page.goto(`${platform.bidd}/rentals/new?${query}`);
  await page.getByLabel('타임딜 이름').fill('달빛 심야 서점');
  await page.getByRole('button', { name: /분류/ }).click();
  await page.getByRole('option', { name: /리빙|생활/ }).click();
  await page.getByText('확인하기', { exact: true }).click();
  await picture(company, '09-new-rental');
  await page.getByRole('button', { name: '신청하고 결제하기' }).click();
  await paysOnThePc(company, '10-fee');
  await page.waitForURL(`${platform.bidd}/rentals/**`);
  await page.getByText('대여료를 결제했어요').waitFor();
  return { url: page.url().split('?')[0], opens, closes };
}

/** From the QR page: what the phone's camera would open, confirmed there. */
async function paysOnThePc(who, name) {
  const { page, context } = who;
  await page.getByRole('link', { name: /카카오톡으로 결제하기/ }).waitFor();
  await picture(who, `${name}-qr`);
  const phone = await context.newPage();
  await phone.goto(await page.getByRole('link', { name: /카카오톡으로 결제하기/ }).getAttribute('href').then((href) => new URL(href, page.url()).href));
  await picture({ page: phone, device: 'phone' }, `${name}-confirm`);
  await phone.getByRole('button', { name: /결제하기/ }).click();
  await phone.waitForLoadState();
  await phone.close();
}

async function stocks(company, rental) {
  const { page } = company;
  await page.goto(`${rental.url}?view=products`);
  await page.getByRole('button', { name: '상품 등록하기' }).first().click();
  await page.getByRole('dialog').waitFor();
  await page.setInputFiles('input[type=file]', await drawing(company));
  await page.getByLabel('상품 이름').fill('달빛 독서등');
  await page.getByLabel('설명').fill('책 읽는 밤을 위한 따뜻한 빛이에요.');
  await page.getByLabel('정가').fill('40000');
  await page.getByLabel('판매가').fill('24000');
  await page.getByLabel('재고').fill('20');
  await page.getByLabel('한 사람이 살 수 있는 수량').fill('2');
  await picture(company, '11-product');
  await page.getByRole('dialog').getByRole('button', { name: '상품 등록하기' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByText('달빛 독서등').first().waitFor();
  await picture(company, '12-rental');
}

/** Makes links for guests and withdraws them all, one of them by name; answers that one. */
async function invites(company, rental) {
  const { page } = company;
  await page.goto(rental.url);
  await page.getByLabel('만들 링크').fill('3');
  await page.getByRole('button', { name: '초대 링크 만들기' }).click();
  const links = page.getByRole('list', { name: '초대 링크' }).getByRole('listitem');
  await links.nth(2).waitFor();
  await links.first().scrollIntoViewIfNeeded();
  await picture(company, '12-guests');
  const [first] = await links.allTextContents();
  await page.getByRole('button', { name: '링크 골라 거두기' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('거둘 초대 링크').fill(`${first}\n초대장`);
  await dialog.getByRole('button', { name: '적은 링크 거두기' }).click();
  await dialog.getByText('2번째는 이 타임딜의 초대 링크가 아니에요').waitFor();
  await picture(company, '12-guests-some');
  await dialog.getByLabel('거둘 초대 링크').fill(first);
  await dialog.getByRole('button', { name: '적은 링크 거두기' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await links.count(), 2, 'what was withdrawn is not shown to be copied');
  await page.getByRole('button', { name: '남은 링크 모두 거두기' }).click();
  const confirm = page.getByRole('alertdialog', { name: '쓰지 않은 링크를 모두 거둘까요?' });
  await picture(company, '12-guests-all');
  await confirm.getByRole('button', { name: '모두 거두기' }).click();
  await confirm.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: '남은 링크 모두 거두기' }).waitFor({ state: 'hidden' });
  await picture(company, '12-guests-none');
  return first;
}

/** A link that was withdrawn lets nobody in. */
async function opensInVain({ context }, link) {
  const page = await context.newPage();
  await page.goto(link);
  await page.getByText('판매자가 이 초대 링크를 거뒀어요').waitFor();
  await page.close();
}

/** A picture for the product, drawn by the browser. */
async function drawing({ context }) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 800, height: 800 });
  await page.setContent(
    '<body style="margin:0;background:#efe9df"><svg viewBox="0 0 800 800"><ellipse cx="400" cy="660" rx="190" ry="26" fill="#cfc4b2"/><rect x="385" y="360" width="30" height="290" fill="#7a6a55"/><path d="M250 380 L330 180 H470 L550 380 Z" fill="#f4c95d"/></svg>',
  );
  const buffer = await page.screenshot();
  await page.close();
  return { name: 'lamp.png', mimeType: 'image/png', buffer };
}

async function shops(shopper, whileWaiting) {
  const { page } = shopper;
  await page.goto(platform.ddib);
  await page.getByText('달빛 심야 서점').first().waitFor();
  await picture(shopper, '13-storefront');
  await page.getByText('달빛 심야 서점').first().click();
  await page.getByText('달빛 독서등').first().waitFor();
  await picture(shopper, '14-deal');

  await page.goto(platform.deal('dalbit'));
  await waitsForItsTurn(shopper, whileWaiting);
  await orders(shopper);
  await pays(shopper);
  await looksAtItsOrders(shopper);
}

/** Takes a place before the doors open, and comes in when it is called. */
async function waitsForItsTurn(shopper, whileWaiting) {
  const { page } = shopper;
  const take = page.getByRole('button', { name: '대기 순서 받기' });
  // The deal's server comes up shortly before the doors open; until then its page says when.
  await comesUp(page, take);
  await picture(shopper, '15-before');
  await take.click();
  await signInAs(page, /박지민/);
  await page.waitForURL(`${platform.deal('dalbit')}/**`);
  const placed = page.getByText('대기 순서를 받아 뒀어요');
  const called = page.getByRole('button', { name: '입장하기' });
  const inside = page.getByRole('button', { name: '주문하기' });
  if (await take.isVisible().catch(() => false)) await take.click().catch(() => {});
  await placed.or(called).or(inside).first().waitFor();
  await picture(shopper, '16-place');
  if (!(await inside.isVisible())) {
    const line = await whileWaiting();
    await page.getByText(line).or(inside).first().waitFor();
  }
  await called.or(inside).first().waitFor({ timeout: 180_000 });
  if (await called.isVisible()) {
    await picture(shopper, '17-called');
    await called.click();
  }
  await inside.waitFor();
}

/** Puts a line up for everyone who waits, and answers it. */
async function tellsThoseWhoWait(company, rental) {
  const { page } = company;
  const line = '오늘 주문은 내일 모두 보내 드려요.';
  await page.goto(`${rental.url}?view=live`);
  await page.getByLabel('보여 줄 말').fill(line);
  await page.getByRole('button', { name: '공지 올리기' }).click();
  await page.getByRole('button', { name: '공지 내리기' }).waitFor();
  await picture(company, '16-notice');
  return line;
}

/** Asks for the page until what is looked for is there: a server that starts has no page yet. */
async function comesUp(page, wanted) {
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline) {
    await page.goto(platform.deal('dalbit'));
    if (await wanted.waitFor({ timeout: 2_000 }).then(() => true, () => false)) return;
  }
  throw new Error(`${platform.deal('dalbit')} did not come up`);
}

async function orders(shopper) {
  const { page } = shopper;
  await picture(shopper, '18-shop');
  await page.getByLabel('받는 분').fill('박지민');
  await page.getByLabel('전화번호').fill('010-1234-5678');
  await page.getByLabel('우편번호').fill('04524');
  await page.getByLabel('주소', { exact: true }).fill('서울 중구 세종대로 110');
  await picture(shopper, '19-order-form');
  await page.getByRole('button', { name: '주문하기' }).click();
  await page.getByRole('button', { name: /카카오페이로 .* 결제하기/ }).waitFor();
  await picture(shopper, '20-held');
}

/** On a phone the payment page opens in place. */
async function pays(shopper) {
  const { page } = shopper;
  await page.getByRole('button', { name: /카카오페이로 .* 결제하기/ }).click();
  await page.getByRole('heading', { name: '결제할까요?' }).waitFor();
  await picture(shopper, '21-pay');
  await page.getByRole('button', { name: /결제하기/ }).click();
  await page.waitForURL(`${platform.deal('dalbit')}/orders/**`);
  await page.getByRole('button', { name: '환불하기' }).waitFor();
  await picture(shopper, '22-paid');
}

async function looksAtItsOrders(shopper) {
  const { page } = shopper;
  await page.goto(`${platform.ddib}/orders`);
  await page.getByText('달빛 독서등').first().waitFor();
  await picture(shopper, '23-my-orders');
  await page.getByText('달빛 독서등').first().click();
  await page.getByRole('button', { name: '환불하기' }).click();
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('환불하는 이유').fill('마음이 바뀌었어요');
  await picture(shopper, '24-refund');
  await page.getByRole('dialog').getByRole('button', { name: /환불하기/ }).click();
  await page.getByText('환불했어요').or(page.getByText('환불됐어요')).or(page.getByText('돌려받은 금액')).first().waitFor();
  await picture(shopper, '25-refunded');
}

/** The sale as the company sees it: while it runs, and when the books are closed. */
async function readsTheBooks(company, rental) {
  const { page } = company;
  await page.goto(`${rental.url}?view=live`);
  await page.getByRole('tab', { name: /실시간|현황/ }).first().waitFor();
  await picture(company, '26-live');
  await page.goto(`${rental.url}?view=orders`);
  await page.getByText('박지민').first().waitFor();
  await picture(company, '27-orders');
  const settled = page.getByText('판매 기록과 장부가 맞아요');
  const deadline = rental.closes.getTime() + 240_000;
  for (;;) {
    await page.goto(`${rental.url}?view=settlement`);
    if (await settled.waitFor({ timeout: 5_000 }).then(() => true, () => false)) break;
    assert.ok(Date.now() < deadline, 'the deal was not settled in time');
  }
  await picture(company, '28-settlement');
}
