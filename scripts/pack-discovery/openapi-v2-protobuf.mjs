// Writes an OpenAPI v2 document in the protobuf form of gnostic (openapiv2/OpenAPIv2.proto), the only one that kubectl takes for v2.
// Clients read the definitions, and of the paths which query parameters a PATCH takes; nothing else is written.

const varint = (value) => {
  const bytes = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  return Buffer.from([...bytes, left])
}
const tag = (number, wire) => varint(number * 8 + wire)
const part = (number, content) => Buffer.concat([tag(number, 2), varint(content.length), content])
const text = (number, value) => (value === undefined || value === '' ? [] : [part(number, Buffer.from(value))])
const flag = (number, value) => (value ? [tag(number, 0), varint(1)] : [])
const message = (...parts) => Buffer.concat(parts.flat(2))

/** Any: the value as YAML, of which JSON is a part. */
const any = (value) => message(text(2, JSON.stringify(value)))
const extensions = (number, object) =>
  Object.entries(object).filter(([key]) => key.startsWith('x-')).map(([key, value]) => part(number, message(text(1, key), [part(2, any(value))])))

const named = (name, value) => message(text(1, name), [part(2, value)])

const schema = (s) =>
  message(
    text(1, s.$ref),
    text(2, s.format),
    text(3, s.title),
    text(4, s.description),
    s.default === undefined ? [] : [part(5, any(s.default))],
    text(13, s.pattern),
    flag(16, s.uniqueItems),
    (s.required ?? []).map((name) => part(19, Buffer.from(name))),
    (s.enum ?? []).map((value) => part(20, any(value))),
    s.additionalProperties === undefined ? [] : [part(21, s.additionalProperties === true ? message(flag(2, true)) : message([part(1, schema(s.additionalProperties))]))],
    s.type === undefined ? [] : [part(22, message([s.type].flat().map((type) => part(1, Buffer.from(type)))))],
    s.items === undefined ? [] : [part(23, message([part(1, schema(s.items))]))],
    (s.allOf ?? []).map((one) => part(24, schema(one))),
    s.properties === undefined ? [] : [part(25, message(Object.entries(s.properties).map(([name, value]) => part(1, named(name, schema(value))))))],
    extensions(31, s),
  )

/** ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema. */
const queryParameter = (parameter) => message([part(1, message([part(2, message([part(3, message(text(2, 'query'), text(4, parameter.name), text(6, parameter.type)))]))]))])

const pathItem = (item, parameters) => {
  if (!item.patch) return undefined
  const queried = (item.patch.parameters ?? []).map((p) => (p.$ref ? parameters[p.$ref.split('/').at(-1)] : p)).filter((p) => p?.in === 'query')
  return message([part(8, message(text(5, item.patch.operationId), queried.map((p) => part(8, queryParameter(p))), extensions(13, item.patch)))])
}

export const openapiV2Protobuf = (document) =>
  message(
    text(1, document.swagger),
    [part(2, message(text(1, document.info.title), text(2, document.info.version)))],
    [part(8, message(Object.entries(document.paths).flatMap(([path, item]) => {
      const content = pathItem(item, document.parameters ?? {})
      return content === undefined ? [] : [part(2, named(path, content))]
    })))],
    [part(9, message(Object.entries(document.definitions).map(([name, value]) => part(1, named(name, schema(value))))))],
  )
