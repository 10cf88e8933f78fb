#!/usr/bin/env node
// Plain JavaScript, so that a Node too old to strip types still reaches the sentence that says so.
const required = [26, 10];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < required[0] || (major === required[0] && minor < required[1])) {
  console.error(
    `oddstream needs Node ${required.join('.')} or newer and this is ${process.versions.node}; ` +
      'run "npm ci" and start it with "npm start" or "npx oddstream", which use the Node that it brings.',
  );
  process.exitCode = 1;
} else {
  await import('../src/main.ts');
}
