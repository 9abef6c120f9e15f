/** The rules for names, labels and the like of k8s.io/apimachinery/pkg/util/validation, with their words. An empty list of errors means valid. */

const labelText = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const nameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';

const labelPattern = new RegExp(`^${labelText}$`);
const label1123Pattern = new RegExp(`^${label1123}$`);
const subdomain1123Pattern = new RegExp(`^${subdomain1123}$`);
const label1035Pattern = new RegExp(`^${label1035}$`);

/** Rules for names still count characters; those for labels moved to a package that counts bytes. */
const tooLongText = (limit: number, unit: 'characters' | 'bytes' = 'characters'): string => `must be no more than ${limit} ${unit}`;
const emptyText = 'must be non-empty';

/** A lowercase RFC 1123 label of up to 63 characters: names of namespaces, containers, ... */
export function dns1123LabelErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(tooLongText(63));
  if (!label1123Pattern.test(value)) {
    errors.push(
      subdomain1123Pattern.test(value)
        ? 'must not contain dots'
        : `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label1123}')`,
    );
  }
  return errors;
}

/** A lowercase RFC 1123 subdomain of up to 253 characters: names of most objects. */
export function dns1123SubdomainErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 253) errors.push(tooLongText(253));
  if (!subdomain1123Pattern.test(value)) {
    errors.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain1123}')`,
    );
  }
  return errors;
}

/** An RFC 1035 label: letters first. */
export function dns1035LabelErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(tooLongText(63));
  if (!label1035Pattern.test(value)) {
    errors.push(
      `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`,
    );
  }
  return errors;
}

/** A qualified name: keys of labels and annotations, names of resources, finalizers and conditions. */
export function qualifiedNameErrors(value: string): readonly string[] {
  const errors: string[] = [];
  const parts = value.split('/');
  let name = value;
  if (parts.length === 2) {
    const [prefix = '', rest = ''] = parts;
    name = rest;
    if (prefix === '') errors.push(`prefix part ${emptyText}`);
    else errors.push(...dns1123SubdomainErrors(prefix).map((error) => `prefix part ${error}`));
  } else if (parts.length > 2) {
    return [`a valid label key ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  if (name === '') errors.push(`name part ${emptyText}`);
  else if (name.length > 63) errors.push(`name part ${tooLongText(63, 'bytes')}`);
  if (!labelPattern.test(name)) errors.push(`name part ${nameRule}`);
  return errors;
}

/** The key of a label. */
export function labelKeyErrors(key: string): readonly string[] {
  return qualifiedNameErrors(key);
}

/** The value of a label: empty, or up to 63 characters of a name. */
export function labelValueErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push(tooLongText(63, 'bytes'));
  if (value !== '' && !labelPattern.test(value)) {
    errors.push(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    );
  }
  return errors;
}
