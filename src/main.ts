import { CommanderError } from 'commander';
import { buildProgram } from './cli/program.ts';
import { reportFailure } from './app/errors.ts';
import { crash } from './app/lifecycle.ts';
import { unblocked } from './app/log/line-target.ts';

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
// Nobody is left to report it to, and it must not be taken for a failure of the command.
unblocked(process.stderr).on('error', () => undefined);

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  // The command line's own library has told what was wrong with it, or printed the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportFailure(error);
}
