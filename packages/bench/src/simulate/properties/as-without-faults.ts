import { outcomeOf, outcomesDiffer } from '../outcome.js';
import type { EndProperty } from './property.js';

export const asWithoutFaults: EndProperty = {
  about: 'the same objects are left, by name, number and content, as the same people leave where nothing fails',
  problems: ({ world, withoutFaults }) => {
    const other = withoutFaults();
    return typeof other === 'string' ? [`without faults: ${other}`] : outcomesDiffer(outcomeOf(world), other);
  },
};
