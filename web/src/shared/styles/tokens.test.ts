import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(block: string): Map<string, string> {
  return new Map([...block.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']));
}

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const text = 4.5;
const shape = 3;
const pairs: [string, string, number][] = [
  ...['canvas', 'surface', 'sunken'].flatMap((ground): [string, string, number][] => [
    ['text', ground, text],
    ['text-soft', ground, text],
    ['brand-text', ground, text],
  ]),
  ...['warm', 'success', 'warning', 'danger'].flatMap((ink): [string, string, number][] => [
    [ink, 'surface', text],
    [ink, 'canvas', text],
    [ink, `${ink}-soft`, text],
  ]),
  ['brand-text', 'brand-soft', text],
  ['text', 'brand-soft', text],
  ['on-brand', 'brand', text],
  ['on-brand', 'brand-hover', text],
  ['on-danger', 'danger', text],
  ['on-danger', 'danger-hover', text],
  ['line-strong', 'surface', shape],
  ['brand', 'surface', shape],
];

describe.each([
  ['light', colours(light)],
  ['dark', new Map([...colours(light), ...colours(dark)])],
])('%s', (_, palette) => {
  it.each(pairs)('%s on %s reaches %d', (ink, ground, least) => {
    const inkHex = palette.get(ink);
    const groundHex = palette.get(ground);
    if (!inkHex || !groundHex) throw new Error(`no such token: ${ink} or ${ground}`);
    expect(contrast(inkHex, groundHex)).toBeGreaterThanOrEqual(least);
  });
});
