// A browser with three people in it, and an album of what they saw.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const phone = { width: 390, height: 844 };
const phoneAgent =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';
const desktop = { width: 1280, height: 900 };
const album = process.env.BIDD_SCREENSHOTS ?? join(import.meta.dirname, 'screenshots');

export async function openBrowser() {
  await mkdir(album, { recursive: true });
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Somebody with cookies and a device of their own. What a page logs as an error is kept. */
export async function person(browser, device, options = {}) {
  const onPhone = device === 'phone';
  const context = await browser.newContext({
    viewport: onPhone ? phone : desktop,
    hasTouch: onPhone,
    isMobile: onPhone,
    ...(onPhone ? { userAgent: phoneAgent } : {}),
    locale: 'ko-KR',
    timezoneId: 'Asia/Seoul',
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.message}`));
  return { page, context, errors, device };
}

/** Keeps a picture of the page in both sizes, and in the dark; nothing may stick out sideways. */
export async function picture({ page, device }, name) {
  const own = device === 'phone' ? phone : desktop;
  for (const [size, viewport] of Object.entries({ phone, desktop })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(album, `${name}-${size}-${colorScheme}.png`), animations: 'disabled' });
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) throw new Error(`${name} is ${wide} px too wide on a ${size}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(own);
}

/** Chooses who to be on the simulator's sign-in page. */
export async function signInAs(page, name) {
  await page.getByRole('button', { name }).click();
}
