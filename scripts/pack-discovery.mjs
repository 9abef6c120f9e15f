#!/usr/bin/env node
// Packs what a recorded kube-apiserver says about itself into assets that the HTTPS edge serves.
//   node scripts/pack-discovery.mjs RECORDED_API_SET        (a folder with discovery/ and conversations/tables/)
// Writes assets/discovery.json.br, assets/openapi-v2.json.br, assets/openapi-v2.pb.br, assets/openapi-v3/*.json.br and assets/printer-columns.json.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { openapiV2Protobuf } from './pack-discovery/openapi-v2-protobuf.mjs'

const [set] = process.argv.slice(2)
if (!set) {
  console.error('usage: pack-discovery.mjs RECORDED_API_SET')
  process.exit(2)
}
const assets = new URL('../packages/actors/assets/', import.meta.url)
const read = (file) => JSON.parse(fs.readFileSync(path.join(set, file), 'utf8'))
const folder = (name) => Object.fromEntries(fs.readdirSync(path.join(set, name)).sort().map((file) => [file.replace(/\.json$/, ''), read(path.join(name, file))]))
const compress = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length } })
const write = (file, text) => {
  const to = new URL(file, assets)
  fs.mkdirSync(new URL('./', to), { recursive: true })
  fs.writeFileSync(to, file.endsWith('.br') ? compress(text) : text)
}

// The v3 index names each document with a hash of it, so that clients may keep it for ever.
const index = read('discovery/openapi-v3.json')
const documents = {}
for (const documentPath of Object.keys(index.paths)) {
  const name = documentPath.replaceAll('/', '_')
  const text = JSON.stringify(read(`discovery/openapi-v3/${name}.json`))
  documents[documentPath] = createHash('sha512').update(text).digest('hex').toUpperCase()
  write(`openapi-v3/${name}.json.br`, text)
}
const v2 = JSON.stringify(read('discovery/openapi-v2.json'))
write('openapi-v2.json.br', v2)
write('openapi-v2.pb.br', openapiV2Protobuf(JSON.parse(v2)))

write('discovery.json.br', JSON.stringify({
  root: read('discovery/root.json'),
  version: read('discovery/version.json'),
  api: read('discovery/api.json'),
  apis: read('discovery/apis.json'),
  apiAggregated: read('discovery/api.aggregated.json'),
  apisAggregated: read('discovery/apis.aggregated.json'),
  openid: read('discovery/openid.json'),
  groups: folder('discovery/groups'),
  resources: Object.fromEntries(Object.values(folder('discovery/resources')).map((list) => [list.groupVersion, list])),
  openapiV3: documents,
  openapiV2: createHash('sha512').update(v2).digest('hex').toUpperCase(),
}))

// Not in the recordings: the Table of a Scale (printScale of Kubernetes 1.36).
const SCALE_COLUMNS = [
  ['Desired', 'integer', 'replicas is the desired number of instances for the scaled object.'],
  ['Available', 'integer', 'replicas is the actual number of observed instances of the scaled object.'],
]

// Column definitions per resource, as [name, type, format, description, priority]; descriptions are shared.
const descriptions = []
const describe = (text) => (descriptions.includes(text) ? descriptions.indexOf(text) : descriptions.push(text) - 1)
const columns = {}
for (const file of fs.readdirSync(path.join(set, 'conversations/tables')).sort()) {
  for (const step of read(path.join('conversations/tables', file)).steps) {
    const table = step.expect?.body
    if (step.method !== 'GET' || table?.kind !== 'Table' || !table.columnDefinitions) continue
    const [, prefix, rest] = /^\/(api\/v1|apis\/[^/]+\/[^/]+)\/(.*?)(\?.*)?$/.exec(step.path)
    const parts = rest.split('/')
    const resource = parts[0] === 'namespaces' && parts.length > 2 ? parts[2] : parts[0]
    const group = prefix === 'api/v1' ? '' : prefix.split('/')[1]
    columns[group ? `${resource}.${group}` : resource] = table.columnDefinitions.map((c) => [c.name, c.type, c.format, describe(c.description), c.priority])
  }
}
const [name, , age] = columns.configmaps
columns['scales.autoscaling'] = [name, ...SCALE_COLUMNS.map(([column, type, description]) => [column, type, '', describe(description), 0]), age]
const lines = (entries) => entries.join(',\n')
write('printer-columns.json', `{"descriptions":[\n${lines(descriptions.map((d) => JSON.stringify(d)))}\n],\n"columns":{\n${lines(Object.entries(columns).map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`))}\n}}\n`)
