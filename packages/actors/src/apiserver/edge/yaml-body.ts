/** A YAML body as JSON values; `repeated` names keys that stand twice in a map. */
export { readYaml as readYamlBody, type YamlBody } from '../../api/yaml.js';
