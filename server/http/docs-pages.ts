/** /, /docs and their assets: pages that load nothing from anywhere but this node. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type Express, type Response, static as serveFiles } from 'express';
import { openApiDocument } from './openapi.js';
import { page } from './pages/html.js';
import { landingPage, landingScript } from './pages/landing.js';
import { problemIndexPage, problemPage } from './pages/problem-pages.js';
import { style } from './pages/style.js';
import { problem, sendReply } from './reply.js';
import type { RouteContext } from './route.js';

const swaggerFiles = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const served = /^\/(swagger-ui\.css|swagger-ui-bundle\.js|favicon-32x32\.png)$/;

const docsScript = `'use strict';
window.addEventListener('load', () => {
  window.ui = SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#api',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
`;

const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · slotledger</title>
<link rel="icon" href="/docs/files/favicon-32x32.png">
<link rel="stylesheet" href="/docs/files/swagger-ui.css">
<script src="/docs/files/swagger-ui-bundle.js" defer></script>
<script src="/assets/docs.js" defer></script>
</head>
<body>
<noscript><p>This page needs JavaScript. <a href="/openapi.json">/openapi.json</a> says the same for programs, <a href="/docs/problems">Problems</a> what can be refused.</p></noscript>
<div id="api"></div>
</body>
</html>
`;

export function addDocsPages(app: Express, context: RouteContext): void {
  const document = JSON.stringify(openApiDocument(context.version, context.limits), null, 2);
  const send = (response: Response, type: string, text: string): void => {
    response.set('cache-control', 'no-cache').type(type).send(text);
  };
  app.get('/', (_request, response) => send(response, 'html', landingPage(context.node, context.version)));
  app.get('/openapi.json', (_request, response) => send(response, 'json', document));
  app.get('/docs', (_request, response) => send(response, 'html', docsPage));
  app.get('/docs/problems', (_request, response) => send(response, 'html', problemIndexPage()));
  app.get('/docs/problems/:code', (request, response) => {
    const found = problemPage(request.params.code);
    if (found !== undefined) return send(response, 'html', found);
    const text = page('Unknown problem', '<h1>No such problem</h1><p><a href="/docs/problems">All problems</a></p>');
    response.status(404);
    send(response, 'html', text);
  });
  app.get('/assets/style.css', (_request, response) => send(response, 'css', style));
  app.get('/assets/landing.js', (_request, response) => send(response, 'js', landingScript));
  app.get('/assets/docs.js', (_request, response) => send(response, 'js', docsScript));
  app.use(
    '/docs/files',
    (request, response, next) => {
      if (served.test(request.path)) return next();
      sendReply(response, problem('route_not_found', 'There is no such file.'));
    },
    serveFiles(swaggerFiles, { index: false, maxAge: '1h', fallthrough: true }),
  );
}

/** Paths above that take GET alone: for 405. */
export const pagePaths: readonly string[] = [
  '/',
  '/openapi.json',
  '/docs',
  '/docs/problems',
  '/docs/problems/:code',
  '/assets/style.css',
  '/assets/landing.js',
  '/assets/docs.js',
];
