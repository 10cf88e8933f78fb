import { buildPageIfOlder } from '../../scripts/build-page.ts';

/** Builds the live page before the tests where its sources are newer than what is built. */
export default async function buildPage(): Promise<void> {
  await buildPageIfOlder();
}
