import { untracked } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

/** A page's model, made with the page and closed with it. */
export function usePageModel<M extends { close: () => void }>(make: () => M): M {
  // What a model looks at while it is made is no reason to draw the whole page anew.
  const model = useMemo(() => untracked(make), []);
  useEffect(
    () => () => {
      model.close();
    },
    [],
  );
  return model;
}
