import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const apps = ['bidd', 'ddib', 'deal'] as const;
type App = (typeof apps)[number];

/** The deal's pages are React source built with Preact: thousands load them in the same second. */
const preact = {
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react/jsx-dev-runtime': 'preact/jsx-runtime',
  'react-dom/client': 'preact/compat/client',
  'react-dom': 'preact/compat',
  react: 'preact/compat',
};

/** One build per app; the mode names the app. Vitest runs in the mode `test` and needs no root. */
export default defineConfig(({ mode }) => {
  const app = apps.find((name) => name === mode) as App | undefined;
  return {
    ...(app ? { root: here(`./src/apps/${app}`) } : {}),
    publicDir: here('./public'),
    // react-aria speaks thirty languages; these pages speak one.
    plugins: [react(), optimizeLocales.vite({ locales: ['ko-KR'] })],
    resolve: { alias: { '~': here('./src'), ...(app === 'deal' ? preact : {}) } },
    server: {
      allowedHosts: ['.localhost'],
      proxy: Object.fromEntries(
        ['/api', '/queue', '/shop', '/payment'].map((path) => [
          path,
          process.env.BIDD_URL ?? 'http://127.0.0.1:8080',
        ]),
      ),
    },
    build: {
      outDir: here(`./dist/${app ?? 'test'}`),
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
    },
    test: { include: ['src/**/*.test.{ts,tsx}'] },
  };
});
