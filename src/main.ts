import { CommanderError } from 'commander';
import { buildProgram } from './cli/program.ts';
import { reportFailure } from './cli/errors.ts';

// Node prints an error that nobody caught with all its properties, and those can hold a request's headers.
const crash = (error: unknown): never => {
  reportFailure(error);
  process.exit(1);
};
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  // The command line's own library has told what was wrong with it, or printed the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportFailure(error);
}
