import { apiType, type ApiType } from '../../api/fields.js';

export const typeNamed = (name: string): ApiType => {
  const type = apiType(name);
  if (type === undefined) throw new Error(`the API tables have no type ${name}`);
  return type;
};
