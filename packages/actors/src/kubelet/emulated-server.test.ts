import type { Instant } from '@naumachia/core';
import { expect, test } from 'vitest';
import { answerHttp, portsOf } from './emulated-server.js';

const NOW = Date.parse('2026-01-01T00:00:00Z') as Instant;
const ask = (text: string): { consumed: number; answer: string; close: boolean } => {
  const { answer, ...rest } = answerHttp(new TextEncoder().encode(text), 'web-1', NOW);
  return { ...rest, answer: new TextDecoder().decode(answer) };
};

test('a server says who it is, whatever is asked', () => {
  const request = 'GET /any?x=1 HTTP/1.1\r\nHost: a\r\n\r\n';
  expect(ask(request)).toEqual({
    consumed: request.length,
    answer: 'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 17\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello from web-1\n',
    close: false,
  });
});

test('a request that is not complete yet is waited for, its body too', () => {
  expect(ask('GET / HTTP/1.1\r\nHost:').consumed).toBe(0);
  const head = 'POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n';
  expect(ask(`${head}ab`).consumed).toBe(0);
  expect(ask(`${head}abcdNEXT`).consumed).toBe(head.length + 4);
});

test('the end of a connection is as the client wants it', () => {
  expect(ask('GET / HTTP/1.0\r\n\r\n').close).toBe(true);
  expect(ask('GET / HTTP/1.1\r\nConnection: close\r\n\r\n').close).toBe(true);
});

test('what is not HTTP is refused, and so is what never ends', () => {
  expect(ask('\x16\x03\x01\r\n\r\n')).toMatchObject({ close: true, answer: expect.stringMatching(/^HTTP\/1\.1 400 /) });
  expect(ask('x'.repeat(1024 * 1024 + 1)).close).toBe(true);
  expect(ask(`POST / HTTP/1.1\r\nContent-Length: ${2 ** 40}\r\n\r\n`).close).toBe(true);
});

test('images whose programs are known listen, others do not', () => {
  expect([portsOf('nginx'), portsOf('kubernetes-bootcamp'), portsOf('busybox')]).toEqual([[80], [8080], []]);
});
