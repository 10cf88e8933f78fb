import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/tables.css';
import './styles/pages.css';
import { keepStatus } from './live/status.ts';
import { watchRoute } from './route.ts';
import { keepSettings } from './settings.ts';
import { App } from './shell/app.tsx';

keepSettings();
watchRoute();
keepStatus();

const root = document.getElementById('app');
if (root) render(<App />, root);
