import { writeProtobuf } from '../../api/protobuf.js';
import { writeYaml } from '../../api/yaml.js';
import type { Answer } from './exchange.js';
import type { Representation } from './media-types.js';

/** The body of an answer in the format that was negotiated; `undefined` if it has no such form. */
export const encodeRepresentation = (answer: Answer, { format, pretty }: Representation): string | Uint8Array | undefined => {
  switch (format) {
    case 'json':
      // A line break ends every body of the real server, and every frame of a watch.
      return `${pretty ? JSON.stringify(JSON.parse(answer.json), undefined, 2) : answer.json}\n`;
    case 'yaml':
      return writeYaml(JSON.parse(answer.json));
    case 'protobuf':
      return answer.object === undefined ? undefined : writeProtobuf(answer.object());
  }
};
