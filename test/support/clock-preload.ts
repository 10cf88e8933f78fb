/* Loaded into a process before itself: its clock is that of an origin (milliseconds) and runs CLOCK_SPEED times as fast. */

const now = Date.now.bind(Date);
const { CLOCK_REAL, CLOCK_SIMULATED, CLOCK_SPEED } = process.env;
const [real, simulated, speed] = [Number(CLOCK_REAL), Number(CLOCK_SIMULATED), Number(CLOCK_SPEED)];
Date.now = () => Math.floor(simulated + (now() - real) * speed);
