import { useEffect, useMemo } from 'preact/hooks';

/** A page's model, made with the page and closed with it. */
export function usePageModel<M extends { close: () => void }>(make: () => M): M {
  const model = useMemo(make, []);
  useEffect(
    () => () => {
      model.close();
    },
    [],
  );
  return model;
}
