import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from './context.ts';
import { answer, nothingHere } from './failures.ts';
import { Problem } from './problem.ts';

const missing = 'The live page is not built: run "npm run build:web" and start oddstream again.';

/** Whether a directory holds the built page. */
export function isBuilt(directory: string): boolean {
  return existsSync(join(directory, 'index.html'));
}

/** The live page, or one sentence in its place. Names of assets hold their digest: they are kept forever. */
export function servePage(app: FastifyInstance, { light }: Pick<Context, 'light'>, directory: string): void {
  const built = isBuilt(directory);
  app.register(async (page) => {
    page.addHook('preHandler', light.admit);
    if (built) {
      await page.register(fastifyStatic, {
        root: directory,
        cacheControl: false,
        dotfiles: 'ignore',
        preCompressed: true,
        setHeaders(reply, file) {
          const lasts = file.startsWith(join(directory, 'assets') + sep);
          reply.header('cache-control', lasts ? 'public, max-age=31536000, immutable' : 'no-cache');
        },
      });
    }
    page.setNotFoundHandler((request, reply) => {
      const path = request.url.replace(/\?.*$/, '');
      if (!isForPage(request, path)) return answer(reply, nothingHere());
      if (built) return reply.redirect(pageAddress(path));
      if (!wantsHtml(request)) return answer(reply, new Problem(404, missing));
      return html(reply, missing);
    });
  });
}

/** The page's own address, relative to another one, whose path becomes the fragment that names a view of the page. */
function pageAddress(path: string): string {
  const up = '../'.repeat(path.split('/').length - 2);
  return `${up === '' ? './' : up}#${path}`;
}

/** The page has addresses of its own: all that are no file's and not the server's. */
function isForPage(request: FastifyRequest, path: string): boolean {
  if (path === '/') return true;
  return wantsHtml(request) && !path.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(path);
}

function wantsHtml(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false;
}

function html(reply: FastifyReply, sentence: string): FastifyReply {
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>oddstream</title><p>${sentence}</p></html>\n`;
  return reply.code(404).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);
}
