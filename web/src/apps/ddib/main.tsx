import 'pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css';
import '~/shared/styles/base.css';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeQueryClient, Providers } from '~/shared/ui/Providers';
import { router } from './router';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <Providers client={makeQueryClient()} navigate={(href) => router.history.push(href)}>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);
