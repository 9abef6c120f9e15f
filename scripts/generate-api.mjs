#!/usr/bin/env node
/**
 * Writes packages/actors/src/api/generated/ from the reference of Kubernetes 1.36. The result is committed; only who moves to another
 * Kubernetes version runs this:
 *
 *     node scripts/generate-api.mjs SOURCE
 *
 * SOURCE holds `reference/api-types-1.36.json` and `golden/api/discovery/` (what a real kube-apiserver answered).
 * `generated/pod-template-dump.ts` comes from `generate-api/pod-template-dump/main.go`, which needs Go.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeKinds } from './generate-api/kinds.mjs';
import { readModel } from './generate-api/model.mjs';
import { writeTables } from './generate-api/tables.mjs';
import { writeTypes } from './generate-api/types.mjs';

const source = process.argv[2];
if (source === undefined) {
  console.error('usage: node scripts/generate-api.mjs SOURCE');
  process.exit(2);
}
const model = readModel(source);
const target = new URL('../packages/actors/src/api/generated/', import.meta.url);
mkdirSync(target, { recursive: true });
for (const [file, text] of [['types.ts', writeTypes(model)], ['tables.ts', writeTables(model)], ['kinds.ts', writeKinds(model)]]) {
  writeFileSync(new URL(file, target), text);
  console.log(`${fileURLToPath(new URL(file, target))}: ${text.length} characters`);
}
