import './design/tokens.css';
import './design/base.css';
import './design/controls.css';
import './design/surfaces.css';
import './shell/shell.css';
import './accounts/accounts.css';
import './details/details.css';
import './api-keys/api-keys.css';
import './add-account/add-account.css';
import './tools/tools.css';
import './activity/activity.css';
import './settings/settings.css';
import './first-run/first-run.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startListening } from './state/store.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
startListening();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
