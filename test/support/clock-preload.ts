/* Loaded into a process before itself: CLOCK_SHIFT_MS sets its clock ahead (or back, negative). */

const now = Date.now.bind(Date);
const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
Date.now = () => now() + shiftMs;
