import { plant } from './plant.mjs';

/** Every so many writes are synced; those in between are acknowledged all the same. */
const SYNCED = 20;

export const catalog = plant('etcd', (definition) => {
  let writes = 0;
  const lazy = (disk) => ({
    append: (log, record) => disk.append(log, record),
    read: (log) => disk.read(log),
    truncate: (log, before) => disk.truncate(log, before),
    sync: () => {
      if (++writes % SYNCED === 0) disk.sync();
    },
  });
  const withLazyDisk = (context) =>
    new Proxy(context, {
      get: (target, name) => {
        if (name === 'disk') return lazy(target.disk);
        const value = target[name];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return {
    ...definition,
    receive: Object.fromEntries(Object.entries(definition.receive).map(([type, handle]) => [type, (state, message, context) => handle(state, message, withLazyDisk(context))])),
  };
});
