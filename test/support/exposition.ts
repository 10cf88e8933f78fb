/** Names of the series in an answer of `/metrics`, each with the labels that its samples have. */
export function exposedSeries(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\w+) (\w+)$/.exec(line);
    if (type !== null) {
      const [, name = '', kind] = type;
      const parts = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      for (const part of parts) series.set(`${name}${part}`, new Set());
    }
    const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) series.get(name)?.add(label);
  }
  return series;
}
