import '~/shared/styles/base.css';
import 'pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css';
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<main>DDIB</main>);
