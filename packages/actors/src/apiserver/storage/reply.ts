import type { ActorContext, Caller } from '@naumachia/core';
import type { ApiReply, Status } from '../../api/requests.js';

export const reply = (context: ActorContext, caller: Caller, answer: ApiReply): void => context.reply(caller, answer);

export const refuse = (context: ActorContext, caller: Caller, status: Status): void => reply(context, caller, { type: 'status', status });
