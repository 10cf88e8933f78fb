import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { scheme, zone } from '../settings.ts';
import { align } from '../series/align.ts';
import type { StepChartProps } from './chart-lines.ts';
import { chartOptions, drawnValue } from './options.ts';

/** More times than this are not told apart in the width of a chart. */
const columns = 1_200;

/** Lines of values that hold until the next, each at its true times. */
export function StepChart(props: StepChartProps) {
  const { lines, label, height } = props;
  const place = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const chart = useRef<uPlot | null>(null);
  // What is drawn beside the lines asks for the newest of it.
  const current = useRef(props);
  current.current = props;
  const drawn = useRef<StepChartProps | null>(null);
  const shape = `${lines.map(({ id }) => id).join()} ${scheme.value} ${zone.value} ${height}`;

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const tell = (text: string): void => {
      if (readout.current) readout.current.textContent = text;
    };
    const options = chartOptions(() => current.current, element.clientWidth, zone.peek(), tell);
    const made = new uPlot(options, alignLines(current.current), element);
    chart.current = made;
    drawn.current = current.current;
    const resize = new ResizeObserver(() => {
      const width = element.clientWidth;
      // Told once at the beginning too.
      if (width > 0 && width !== made.width) made.setSize({ width, height });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [shape]);

  useEffect(() => {
    // One that has just been made is drawn already.
    if (drawn.current === props) return;
    drawn.current = props;
    chart.current?.setData(alignLines(props));
  });

  return (
    <div class="chart-frame">
      <p class="readout num" aria-hidden="true" ref={readout} />
      <div class="chart" role="img" aria-label={label} ref={place} />
    </div>
  );
}

function alignLines({ lines, span, scale }: StepChartProps): uPlot.AlignedData {
  const all = lines.map(({ points }) => points);
  const [times, ...values] = align(all, span, columns);
  return [times, ...values.map((line) => line.map((value) => drawnValue(value, scale === 'ratio')))];
}
