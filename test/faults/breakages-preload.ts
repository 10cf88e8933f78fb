import { changeSources } from '../support/changed-sources.ts';
import { breakageList } from './breakages-list.ts';

/* Loaded into the recorder before itself, it applies the breakage that BREAKAGE names. */

const { BREAKAGE: wanted } = process.env;
const breakage = breakageList.find(({ name }) => name === wanted);
if (breakage === undefined) throw new Error(`There is no breakage ${wanted}.`);
changeSources([breakage.change]);
