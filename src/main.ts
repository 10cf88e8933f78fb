import { CommanderError } from 'commander';
import { buildProgram } from './cli/program.ts';
import { reportFailure } from './cli/errors.ts';
import { crash } from './cli/lifecycle.ts';

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  // The command line's own library has told what was wrong with it, or printed the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportFailure(error);
}
